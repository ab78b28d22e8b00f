"""Number of tasks or pairs with a real decline or gain: partial conjunctions (Dror et al. 2017).

The bound of a line by itself tests each direction one-sided at alpha / 2. Such bounds hold line by
line: of many lines some err. Only what Holm's correction of the complete family leaves holds for
all lines together, and only this is said in a sentence. Bonferroni's bound holds under any
dependence. Fisher's bound needs independent tests: it is given for the tasks of one pair, and only
if no patient is in two tasks.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.paired_study.rows import ResultRow
from analysis.sentences.verdict import CHANGES
from analysis.stats.multiplicity import partial_conjunction, replicable
from clue.common.plural import counted
from clue.marks import marked, union

Direction = Literal["decline", "gain"]


@dataclass(frozen=True)
class Replication:
    """Lower bound of the number of tests in which a direction is real."""

    prompt: str
    over: Literal["tasks", "pairs"]
    """Unit of counting: the tasks of a pair, or the pairs of a task."""
    of: str
    """The pair or the task."""
    direction: Direction
    n: int
    """Tests."""
    confirmed: int
    """Changes in this direction that are detected after Holm's correction of the whole family: a
    lower bound that holds for all lines together."""
    at_least: int
    """Lower bound of this line by itself: Bonferroni."""
    at_least_fisher: int | None
    """The same by Fisher's combination; None where tests may depend on each other."""
    p: tuple[float, ...]
    """Of "at least u are real", u = 1 to n, Bonferroni."""
    marks: tuple[str, ...]
    """Of the tests together; they begin the sentence."""
    sentence: str
    """On `confirmed`."""


def replications(rows: Sequence[ResultRow], alpha: float, *, shared: bool) -> list[Replication]:
    """Both directions, over the tasks of each pair and over the pairs of each task.

    Args:
        rows: of one prompt setting.
        alpha: two-sided; each direction is tested at half of it.
        shared: True if some patient is in two data sets.
    """
    scores = [row for row in rows if row.judgement.tests == "F3"]
    groups: dict[tuple[Literal["tasks", "pairs"], str], list[ResultRow]] = defaultdict(list)
    for row in scores:
        groups["tasks", row.key.pair].append(row)
        groups["pairs", row.key.task].append(row)
    return [
        replication
        for (over, of), members in sorted(groups.items())
        if len(members) > 1
        for replication in _both(over, of, members, (alpha / 2, shared))
    ]


def _both(
    over: Literal["tasks", "pairs"],
    of: str,
    members: Sequence[ResultRow],
    settings: tuple[float, bool],
) -> Iterator[Replication]:
    level, shared = settings
    marks = union(*(row.marks for row in members))
    directions: tuple[tuple[Direction, str], ...] = (("decline", "p_less"), ("gain", "p_greater"))
    for direction, field in directions:
        p = [_number(getattr(row.comparison, field)) for row in members]
        independent = over == "tasks" and not shared
        count = replicable(p, level)
        confirmed = [
            row.judgement.verdict in CHANGES and (row.comparison.delta > 0) == (direction == "gain")
            for row in members
        ]
        text = (
            f"{of}: a {direction} is confirmed in {sum(confirmed)} of "
            f"{counted(len(p), over.removesuffix('s'))}."
        )
        yield Replication(
            members[0].key.prompt,
            over,
            of,
            direction,
            len(p),
            sum(confirmed),
            count,
            replicable(p, level, "fisher") if independent else None,
            tuple(partial_conjunction(p).tolist()),
            marks,
            marked(marks, text),
        )


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
