"""Tables of the parts of every difference, and of likeliest against generated answers."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.paired_study.format_content_rows import SplitRow
from analysis.report.document import ReportTable


def parts(rows: Sequence[SplitRow]) -> ReportTable:
    """A line per pair and task score or level."""
    ordered = _ordered(rows)
    return ReportTable(
        "format_content",
        "Differences split into form and content",
        [
            *("model", "task", "readable %, base", "biomedical", "their mean score, base"),
            *("of biomedical", "Δ", "form [95 % CI]", "q of form", "content [95 % CI]"),
            *("q of content", "rest [95 % CI]"),
        ],
        [_parts(row) for row in ordered],
        "In points. Readable: share of items, and of an item that is asked several times the share "
        "of its answers. Δ = form + content + rest. Form: difference of the shares of readable "
        "answers times the mean score of these. Content: difference of the mean scores of "
        "readable answers times their mean share; the two models' readable answers are of other "
        "items. Rest: points that unreadable texts earn. q: p adjusted by Benjamini and Hochberg "
        f"over all {_size(rows)} tests of this and the next table.",
        [row.split.marks for row in ordered],
    )


def choices(rows: Sequence[SplitRow]) -> ReportTable:
    """A line per pair and task whose likeliest answers were scored too."""
    ordered = [row for row in _ordered(rows) if row.split.choice is not None]
    return ReportTable(
        "choice_scoring",
        "Likeliest answer against generated answer",
        [
            *("model", "task", "base [95 % CI]", "biomedical [95 % CI]"),
            *("biomedical minus base [95 % CI]", "q"),
        ],
        [
            [
                row.key.tuned,
                display_name(row.key.task),
                *(_estimate(row, name) for name in ("choice_base", "choice_tuned", "choice")),
                number_format.p_cell(row.split.q_choice),
            ]
            for row in ordered
        ],
        "Score of the likeliest answer minus score of the generated answer, in points. Every item "
        "counts, readable or not. Above 0: the model prefers right answers that it does not give "
        "in a readable form.",
        [row.split.marks for row in ordered],
    )


def _parts(row: SplitRow) -> list[str]:
    split = row.split
    shares = (split.readable_base, split.readable_tuned)
    qualities = (split.quality_base, split.quality_tuned)
    return [
        row.key.tuned,
        display_name(row.key.task),
        *map(number_format.percent, shares),
        *map(number_format.points, qualities),
        number_format.points(split.delta),
        str(split.refused) if split.refused else _estimate(row, "form"),
        number_format.p_cell(split.q_form),
        _estimate(row, "content"),
        number_format.p_cell(split.q_content),
        _estimate(row, "rest"),
    ]


def _estimate(row: SplitRow, name: str) -> str:
    return number_format.estimate(getattr(row.split, name), getattr(row.split, f"ci95_{name}"))


def _ordered(rows: Sequence[SplitRow]) -> list[SplitRow]:
    return sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))


def _size(rows: Sequence[SplitRow]) -> int:
    return next((row.split.hypotheses for row in rows), 0)
