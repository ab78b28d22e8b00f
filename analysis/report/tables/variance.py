"""Table of the shares of the variance of differences, and of errors in larger designs."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.variance_table import LEVELS, VarianceRow
from analysis.report.document import ReportTable
from analysis.report.variance_in_words import IN_WORDS


def variance(rows: Sequence[VarianceRow]) -> ReportTable:
    """A line per pair and task score; levels that no row has are left out."""
    levels = [name for name in LEVELS if any(name in row.shares.of("share_") for row in rows)]
    ordered = sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))
    return ReportTable(
        "variance",
        "Variance of a difference, and what would shrink its error",
        [
            *("model", "task"),
            *(f"{IN_WORDS[name]} %" for name in levels),
            "SE",
            *(f"SE, twice the {IN_WORDS[name]}" for name in levels),
            "shrinks it most",
        ],
        [_line(row, levels) for row in ordered],
        "Shares of the variance of a single answer's difference, by nested analysis of variance. A "
        "variance that is estimated below 0 counts as 0 and is marked by <. SE: standard error of "
        "the difference in points. With twice as many of one level the other levels stay as they "
        "are. With one answer per item, presentations cannot be told from items.",
        [row.shares.marks for row in ordered],
    )


def _line(row: VarianceRow, levels: Sequence[str]) -> list[str]:
    shares = row.shares
    if shares.se is None or shares.most is None:
        empty = [NONE] * (2 * len(levels) + 1)
        return [row.key.tuned, display_name(row.key.task), *empty, shares.refused or NONE]
    share, twice = shares.of("share_"), shares.of("se_twice_")
    negative = (shares.negative or "").split(", ")
    return [
        row.key.tuned,
        display_name(row.key.task),
        *(_percent(share.get(name), below=name in negative) for name in levels),
        number_format.points(shares.se),
        *(number_format.points(twice.get(name)) for name in levels),
        " or ".join(IN_WORDS[name] for name in shares.most.split(" or ")),
    ]


def _percent(share: float | None, *, below: bool) -> str:
    if share is None:
        return NONE
    return "<0" if below else number_format.whole_percent(share)
