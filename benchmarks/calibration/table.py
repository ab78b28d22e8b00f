"""All items, and their rates as a table in Markdown."""

from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.calibration import (
    claims,
    clusterings,
    exam_contrast,
    format_content,
    item_slopes,
    levels,
    many,
    patients,
    prompts,
    ranks,
    rightwrong,
    shrinkage,
    title,
    zeros,
)
from benchmarks.calibration.rates import Rate
from clue.common.markdown_table import markdown_table

Item = Callable[[], list[Rate]]
ITEMS: tuple[Item, ...] = (
    patients.null,
    patients.power,
    patients.equivalence,
    patients.uniform,
    clusterings.dozen,
    clusterings.letters,
    zeros.shape,
    levels.level,
    title.families_differ,
    title.nothing_differs,
    title.items_shared,
    title.recipes_differ,
    many.family,
    claims.noninferiority_claims,
    claims.detectable,
    claims.counts,
    shrinkage.under_the_model,
    shrinkage.few_clusters,
    ranks.equal_models,
    ranks.distinct_models,
    item_slopes.items,
    item_slopes.patients,
    item_slopes.unequal_patients,
    exam_contrast.pooled,
    exam_contrast.line,
    format_content.items,
    format_content.patients,
    format_content.texts,
    prompts.many_patients,
    prompts.few_patients,
    rightwrong.levels,
    rightwrong.coverage,
    rightwrong.power,
)
BEGIN = "<!-- begin: python -m benchmarks.calibration --write docs/statistics.md -->"
END = "<!-- end -->"
HEADER = [
    *("simulated", "method", "what it does", "measured", "simulation SE", "data sets"),
    "has to be",
]


def markdown(rates: Iterable[Rate]) -> str:
    """A row per rate; the situation is named once."""
    rows, before = [], ""
    for one in rates:
        situation = "" if one.situation == before else one.situation
        before = one.situation
        error = "" if one.error is None else f"{one.error:.4f}"
        sets = f"{one.sets:,}" if one.sets else "all possible"
        rows.append(
            [situation, one.method, one.event, f"{one.value:.4f}", error, sets, bounds(one)]
        )
    return f"{markdown_table(HEADER, rows)}\n"


def bounds(one: Rate) -> str:
    """What the rate has to be, in words."""
    if (one.low, one.high) == (0.0, 1.0):
        return ""
    if one.sets is None:
        return f"{(one.low + one.high) / 2:.4f}"
    if one.low == 0.0:
        return f"at most {one.high:.4g}"
    if one.high == 1.0:
        return f"at least {one.low:.4g}"
    return f"{one.low:.5g} to {one.high:.5g}"


def put(path: Path, table: str) -> None:
    """Replace what stands between the marks of a document.

    Raises:
        ValueError: it has no marks.
    """
    text = path.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"{path} lacks the marks {BEGIN} and {END}: write them where the table goes"
        )
    path.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}")
