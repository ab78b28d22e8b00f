"""Sentences on the sources of the error of a difference."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from analysis.names import display_name, display_order
from analysis.number_format import whole_percent
from analysis.paired_study.variance_table import LEVELS, VarianceRow, VarianceShares
from clue.common.plural import counted
from clue.marks import marked, union

IN_WORDS: Mapping[str, str] = {
    "clusters": "clusters",
    "items": "items",
    "repeats": "presentations",
    "wordings": "wordings",
    "draws": "sampled answers",
}
"""Level to its name in tables and sentences."""
LEAD = (
    "The error of a difference is that of sampling clusters, items within them, and presentations "
    "of an item. Each doubling doubles the number of answers. Doubling the clusters always leaves "
    "71 % of the error; the question is if more items or presentations of the same clusters, which "
    "are cheaper to get, leave as little. A large share of single answers that many presentations "
    "already average out leaves little to gain."
)


def by_task(rows: Sequence[VarianceRow]) -> Iterator[str]:
    """A sentence per task: medians over its pairs."""
    for task in sorted({row.key.task for row in rows}, key=display_order):
        of_task = [row for row in rows if row.key.task == task and row.shares.se is not None]
        if of_task:
            marks = union(*(row.shares.marks for row in of_task))
            yield marked(marks, _sentence(task, [row.shares for row in of_task]))


def _sentence(task: str, pairs: Sequence[VarianceShares]) -> str:
    levels = [name for name in LEVELS if all(name in one.of("share_") for one in pairs)]
    who = "one pair" if len(pairs) == 1 else f"median of {counted(len(pairs), 'pair')}"
    shares = [
        f"{whole_percent(median(one.of('share_')[name] for one in pairs))} % between "
        f"{IN_WORDS[name]}"
        for name in levels
    ]
    errors = [
        f"to {whole_percent(median(_ratio(one, name) for one in pairs))} % with twice the "
        f"{IN_WORDS[name]}"
        for name in levels
    ]
    return (
        f"{display_name(task)} ({who}): the difference in a single answer varies "
        f"{', '.join(shares)}. The error of the mean would shrink {', '.join(errors)}."
    )


def _ratio(shares: VarianceShares, level: str) -> float:
    assert shares.se is not None
    return shares.of("se_twice_")[level] / shares.se
