"""Notes on the answers of a pair: other layouts, unread shares, answers that say nothing."""

from collections.abc import Iterator, Mapping

from analysis.cells import StoredCell
from analysis.paired_study.pairs import MatchedCells
from clue.metrics.uniform import LEAST, uniform

UNREAD_DIFFERENCE = 5.0
"""Difference of the shares of unread answers, in points, from which on a note says so."""

LAYOUTS = {"plain": "the plain layout", "chat template": "its chat template"}
"""Layout of turns (`clue.checkpoints.chat_template.Chat.facts`) to its words."""


def answer_notes(match: MatchedCells) -> Iterator[str]:
    """Yields a sentence for each fact about the answers that may explain a difference of scores."""
    tuned, base = (unread_percent(cell) for cell in (match.tuned, match.base))
    if len(match.base.columns.ids) >= LEAST and abs(tuned - base) > UNREAD_DIFFERENCE:
        yield (
            f"{match.tuned.key.model} left {tuned:.1f} % of its answers unread, "
            f"{match.base.key.model} {base:.1f} %: part of the difference may be format."
        )
    layouts = [_layout(cell) for cell in (match.base, match.tuned)]
    if None not in layouts and layouts[0] != layouts[1]:
        yield (
            f"{match.base.key.model} was asked in {layouts[0]}, {match.tuned.key.model} in "
            f"{layouts[1]}: part of the difference may be format."
        )
    for cell in (match.base, match.tuned):
        blank = unread_percent(cell, "empty")
        note = uniform(len(cell.columns.ids), blank, cell.distinct_answers, cell.thoughts_alone)
        if note:
            yield f"{cell.key.model}: {note}."


def _layout(cell: StoredCell) -> str | None:
    """Returns the layout of a cell's turns in words; None if it is not recorded."""
    chat = cell.facts["generation"]["backend"].get("chat")
    return LAYOUTS.get(str(chat.get("layout"))) if isinstance(chat, Mapping) else None


def unread_percent(cell: StoredCell, flag: str = "unparsed") -> float:
    """Returns the percentage of a cell's answers that have a flag, by default the unread ones."""
    return 100 * float(cell.columns.flags[flag].mean())
