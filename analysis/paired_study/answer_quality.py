"""Notes on the answers of a pair: unread shares that differ, answers that say nothing."""

from collections.abc import Iterator

from analysis.cells import StoredCell
from analysis.paired_study.pairs import MatchedCells
from clue.metrics.uniform import LEAST, uniform

UNREAD_DIFFERENCE = 5.0
"""Difference of the shares of unread answers, in points, from which on a note says so."""


def answer_notes(match: MatchedCells) -> Iterator[str]:
    """Yields a sentence for each fact about the answers that may explain a difference of scores."""
    tuned, base = (unread_percent(cell) for cell in (match.tuned, match.base))
    if len(match.base.columns.ids) >= LEAST and abs(tuned - base) > UNREAD_DIFFERENCE:
        yield (
            f"{match.tuned.key.model} left {tuned:.1f} % of its answers unread, "
            f"{match.base.key.model} {base:.1f} %: part of the difference may be format."
        )
    for cell in (match.base, match.tuned):
        blank = unread_percent(cell, "empty")
        note = uniform(len(cell.columns.ids), blank, cell.distinct_answers, cell.thoughts_alone)
        if note:
            yield f"{cell.key.model}: {note}."


def unread_percent(cell: StoredCell, flag: str = "unparsed") -> float:
    """Returns the percentage of a cell's answers that have a flag, by default the unread ones."""
    return 100 * float(cell.columns.flags[flag].mean())
