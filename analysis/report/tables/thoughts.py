"""Table of thoughts before answers, by pair and task."""

from collections.abc import Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.thought_rows import ThoughtRow
from analysis.report.document import ReportTable

ABSENT = "none"
"""Value of a model that answers at once. A text that begins with `-` is quoted in CSV files."""


def thoughts(rows: Sequence[ThoughtRow]) -> ReportTable:
    """Mode, budget, length and ends of the thoughts, and the difference without unfinished ones."""
    ordered = sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))
    return ReportTable(
        "thoughts",
        "Thoughts by pair and task",
        [
            *("model", "task", "mode", "budget", "requests", "tokens", "cut %", "unfinished %"),
            *("no thought %", "Δ", "Δ finished [95 % CI]", "n finished"),
        ],
        [_line(row) for row in ordered],
        "Two values: base / biomedical model; none: it answers at once. Mode: cot, a chain of "
        "thought on request; native, the form of the model's template. Budget: most tokens of a "
        "thought. Tokens: mean of a thought with its tags. Cut, unfinished, no thought: percent of "
        "all answers. Δ: biomedical minus base in points. Δ finished: without answers behind a cut "
        "or unfinished thought of either model; -: there is none, none is left, or the sensitivity "
        "analyses are off. It is conditional on the models' output and no correction.",
        [row.thoughts.marks for row in ordered],
    )


def _line(row: ThoughtRow) -> list[str]:
    one = row.thoughts
    return [
        row.key.tuned,
        display_name(row.key.task),
        _same(one.mode_base, one.mode_tuned),
        _same(_count(one.budget_base), _count(one.budget_tuned)),
        _same(one.requests_base or ABSENT, one.requests_tuned or ABSENT),
        _both(one.tokens_base, one.tokens_tuned),
        _both(one.cut_base, one.cut_tuned),
        _both(one.unfinished_base, one.unfinished_tuned),
        _both(one.absent_base, one.absent_tuned),
        number_format.points(one.delta),
        number_format.estimate(one.delta_finished, one.ci95_finished),
        NONE if one.n_finished is None else f"{one.n_finished} of {one.n}",
    ]


def _count(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"


def _same(base: str, tuned: str) -> str:
    """One text if both models have it, else both; nothing is known if neither has one."""
    if base == tuned:
        return NONE if base == ABSENT else base
    return f"{base} / {tuned}"


def _both(base: float | None, tuned: float | None) -> str:
    return " / ".join(
        ABSENT if value is None else number_format.percent(value) for value in (base, tuned)
    )
