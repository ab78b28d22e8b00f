"""Notes on the answers of a pair: other layouts or thoughts, unread shares, empty answers."""

from collections.abc import Iterator

from analysis.number_format import percent
from analysis.readers.per_sample import AnswerFacts, ModelResults
from analysis.thinking import (
    MOST_BROKEN,
    NEVER_THOUGHT,
    never_thought,
    too_many_broken,
    unequal,
)
from clue.marks import Marks, union
from clue.metrics.uniform import LEAST, uniform

UNREAD_DIFFERENCE = 5.0
"""Difference of the shares of unread answers, in points, from which on a note says so."""

LAYOUTS = {"plain": "the plain layout", "chat template": "its chat template"}
"""Layout of turns (`clue.checkpoints.chat_template.Chat.facts`) to its words."""


def answer_notes(
    base_name: str, base: AnswerFacts, tuned_name: str, tuned: AnswerFacts
) -> Iterator[str]:
    """Yields a sentence for each fact about the answers that may explain a difference of scores."""
    unread = (tuned.unread_percent, base.unread_percent)
    if base.number >= LEAST and None not in unread and _distance(*unread) > UNREAD_DIFFERENCE:
        yield (
            f"{tuned_name} left {percent(unread[0])} % of its answers unread, "
            f"{base_name} {percent(unread[1])} %: part of the difference may be format."
        )
    layouts = [LAYOUTS.get(str(answers.layout)) for answers in (base, tuned)]
    if None not in layouts and layouts[0] != layouts[1]:
        yield (
            f"{base_name} was asked in {layouts[0]}, {tuned_name} in "
            f"{layouts[1]}: part of the difference may be format."
        )
    if base.thinking and tuned.thinking:
        yield from filter(None, [unequal(base_name, base.thinking, tuned_name, tuned.thinking)])
    for name, answers in ((base_name, base), (tuned_name, tuned)):
        yield from _thought_notes(name, answers)
        note = uniform_note(answers)
        if note:
            yield f"{name}: {note}."


def _thought_notes(name: str, answers: AnswerFacts) -> Iterator[str]:
    """Warns of thoughts that a model did not finish, and of a model that did not think."""
    thinking, ends = answers.thinking, answers.ends
    if thinking is None or ends is None:
        return
    if ends.broken > MOST_BROKEN:
        yield (
            f"{name}: {percent(ends.broken)} % of its thoughts were cut or unfinished. "
            f"{too_many_broken(thinking.mode)}"
        )
    if never_thought(thinking, ends):
        yield f"{name} never thought, {NEVER_THOUGHT}."


def pair_marks(base: ModelResults, tuned: ModelResults) -> Marks:
    """Marks of two files, and of a difference in the thinking of their models."""
    ways = [results.answers.thinking if results.answers else None for results in (base, tuned)]
    mark = ways[0].mark_beside(ways[1]) if ways[0] and ways[1] else ""
    return union(base.marks, tuned.marks, filter(None, [mark]))


def uniform_note(answers: AnswerFacts) -> str | None:
    """A clause on answers that say nothing of a model: all alike, or thoughts alone; else None."""
    blank = answers.blank_percent or 0.0
    return uniform(answers.number, blank, answers.distinct, answers.thoughts)


def _distance(one: float | None, other: float | None) -> float:
    return abs((one or 0.0) - (other or 0.0))
