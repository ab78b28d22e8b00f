"""Table of the slopes of differences on properties of items."""

from collections.abc import Mapping, Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.item_slopes import Property, SlopeRow
from analysis.report.document import ReportTable


def item_slopes(rows: Sequence[SlopeRow]) -> ReportTable:
    """A line per pair and task score, both properties side by side."""
    by_score: dict[tuple[str, str], dict[Property, SlopeRow]] = {}
    for row in rows:
        by_score.setdefault((row.key.tuned, row.key.task), {})[row.key.item_property] = row
    ordered = sorted(by_score.items(), key=lambda one: (one[0][0], display_order(one[0][1])))
    size = next((row.slope.hypotheses for row in rows), 0)
    return ReportTable(
        "item_slopes",
        "Slopes on difficulty and length",
        [
            *("model", "task", "per SD of difficulty [95 % CI]", "q"),
            *("per doubling of length [95 % CI]", "q of length", "n (clusters)"),
        ],
        [_line(*name, slopes) for name, slopes in ordered],
        "Change of the difference (biomedical minus base) in points. SD: standard deviation of the "
        "items' difficulty. q: p adjusted by Benjamini and Hochberg over all "
        f"{size} slopes. A cell without a slope gives the reason.",
        [next(iter(slopes.values())).slope.marks for _, slopes in ordered],
    )


def _line(tuned: str, task: str, slopes: Mapping[Property, SlopeRow]) -> list[str]:
    difficulty, length = slopes["difficulty"].slope, slopes["length"].slope
    return [
        tuned,
        display_name(task),
        _slope(slopes["difficulty"]),
        number_format.p_cell(difficulty.q),
        _slope(slopes["length"]),
        number_format.p_cell(length.q),
        f"{length.n} ({length.n_clusters})",
    ]


def _slope(row: SlopeRow) -> str:
    slope = row.slope
    if slope.slope is None or slope.ci95 is None:
        return slope.refused or NONE
    return number_format.estimate(slope.slope, slope.ci95)
