"""Sentences on thoughts before answers: settings, unequal pairs, and warnings by model."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analysis.names import in_sentence
from analysis.number_format import percent, significant
from analysis.thinking import (
    MOST_BROKEN,
    NEVER_THOUGHT,
    Thinking,
    ThoughtEnds,
    never_thought,
    too_many_broken,
)
from clue.marks import ONLY_BASE_THINKS, ONLY_TUNED_THINKS, SETTINGS_TOO, THINKING_TOO

LEAD = (
    "Models thought before they answered. Only the text behind a thought is scored. A cut thought "
    "was closed in the model's place when its budget was used up; an unfinished one has no answer, "
    "which scores 0. Shares and lengths are not tested."
)
ONE_THINKS = {
    ONLY_TUNED_THINKS: "only the biomedical model thinks before it answers, and its base answers "
    "at once",
    ONLY_BASE_THINKS: "only the base thinks before it answers, and the biomedical model answers at "
    "once",
}
"""Mark of a pair in words."""


class CellThoughts(NamedTuple):
    """A cell, its way of thinking and its thoughts."""

    model: str
    task: str
    thinking: Thinking
    ends: ThoughtEnds | None


def unequal(mark: str, comparisons: str, where: str) -> str:
    """Sentence on comparisons whose models do not think in the same way.

    Args:
        mark: of their pairs.
        comparisons: their number in words.
        where: models and tasks.
    """
    if mark in ONE_THINKS:
        return (
            f"Warning: in {comparisons} {ONE_THINKS[mark]} ({where}): {THINKING_TOO}. "
            "That is another question than the effect of training."
        )
    return (
        f"Warning: in {comparisons} the two models think with different modes, budgets or requests "
        f"({where}): {SETTINGS_TOO}."
    )


def settings(cells: Sequence[CellThoughts]) -> str:
    """Sentences on the ways of thinking, with their tasks, and on models that answer at once.

    Args:
        cells: of a prompt setting; a model of one of them thinks.
    """
    thinking = [cell for cell in cells if cell.thinking.is_on]
    tasks = {cell.task for cell in thinking}
    ways = {
        cell.thinking.in_words: [c for c in thinking if c.thinking == cell.thinking]
        for cell in thinking
    }
    are_named = len({(cell.task, cell.thinking) for cell in thinking}) > len(tasks)
    text = "; ".join(_way(words, members, are_named) for words, members in ways.items())
    sentences = [f"Models think before they answer: {text}."]
    at_once = list(dict.fromkeys(c.model for c in cells if c not in thinking and c.task in tasks))
    if at_once:
        sentences.append(
            f"On these tasks {', '.join(at_once)} answer{'s' * (len(at_once) == 1)} at once; "
            "scores and ranks of single models compare both kinds."
        )
    return " ".join(sentences)


def _way(words: str, cells: Sequence[CellThoughts], are_named: bool) -> str:
    """A way of thinking with its tasks; with its models if models differ on a task."""
    tasks = ", ".join(dict.fromkeys(in_sentence(cell.task) for cell in cells))
    models = ", ".join(dict.fromkeys(cell.model for cell in cells))
    return f"{words}, on {tasks}{f' ({models})' * are_named}"


def warnings(cells: Sequence[CellThoughts]) -> Iterator[str]:
    """Yields a sentence for each model and mode with many cut or unfinished thoughts, or none.

    Args:
        cells: of a prompt setting, sorted by model.
    """
    broken: dict[tuple[str, str], list[str]] = {}
    silent: dict[str, list[str]] = {}
    for model, task, thinking, ends in cells:
        if ends and ends.broken > MOST_BROKEN:
            share = f"{in_sentence(task)} ({percent(ends.broken)} %)"
            broken.setdefault((model, thinking.mode), []).append(share)
        if ends and never_thought(thinking, ends):
            silent.setdefault(model, []).append(in_sentence(task))
    for (model, mode), shares in broken.items():
        yield (
            f"Warning: more than {significant(MOST_BROKEN)} % of the thoughts of {model} were cut "
            f"or unfinished on {', '.join(shares)}. {too_many_broken(mode)}"
        )
    for model, tasks in silent.items():
        yield f"Warning: {model} never thought on {', '.join(tasks)}, {NEVER_THOUGHT}."
