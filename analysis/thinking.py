"""Thoughts of a cell before its answers: the way of thinking, and the ends of its thoughts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from analysis.cells import StoredCell
from clue.config.generation_schema import COT, NATIVE, NONE
from clue.marks import (
    ONLY_BASE_THINKS,
    ONLY_TUNED_THINKS,
    SETTINGS_TOO,
    THINK_DIFFERENTLY,
    THINKING_TOO,
)

MOST_BROKEN = 10.0
"""Percentage of thoughts that were cut or unfinished above which a warning says so."""


@dataclass(frozen=True)
class Thinking:
    """The way in which the model of a cell thinks; by default it answers at once."""

    mode: str = NONE
    """`none`, `cot` or `native`."""
    budget: int | None = None
    """Most tokens of a thought; None: there are no thoughts."""
    requests: str | None = None
    """`two phases` or `one request`; None: there are no thoughts, or the cell does not tell."""

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Thinking":
        """Reads the facts of a cell.

        A cell that asks for thoughts answers at once if its model has no form for them and
        `thinking.absent` allows that, and if a rule answers instead of a model.

        >>> Thinking.of({"generation": {"protocol": {"thinking": {"mode": "cot", "budget": 256}}}})
        Thinking(mode='cot', budget=256, requests=None)
        """
        generation = facts.get("generation", {})
        wanted = generation.get("protocol", {}).get("thinking")
        backend = generation.get("backend", {})
        if not wanted or backend.get("name") == "baseline" or _is_without_form(wanted, backend):
            return cls()
        return cls(str(wanted["mode"]), int(wanted["budget"]), backend.get("thinking"))

    @property
    def is_on(self) -> bool:
        """True if the model thinks before it answers."""
        return self.mode != NONE

    @property
    def in_words(self) -> str:
        """The settings.

        >>> Thinking("native", 2048, "two phases").in_words
        'native, at most 2,048 tokens, two phases'
        """
        if self.budget is None:
            return "no thoughts"
        return ", ".join(
            filter(None, (self.mode, f"at most {self.budget:,} tokens", self.requests))
        )

    def mark_beside(self, tuned: "Thinking") -> str:
        """Mark of a pair whose base thinks in this way; empty if the tuned model does so too.

        >>> Thinking().mark_beside(Thinking("native", 2048))
        'only the tuned model thinks'
        """
        if self == tuned:
            return ""
        if self.is_on and tuned.is_on:
            return THINK_DIFFERENTLY
        return ONLY_BASE_THINKS if self.is_on else ONLY_TUNED_THINKS


class ThoughtEnds(NamedTuple):
    """Thoughts of the answers of a cell: their length, and percentages of their ends."""

    tokens: float
    """Mean over all answers; an answer without a thought counts 0."""
    cut: float
    """Closed in the model's place."""
    unfinished: float
    """Never ended: there is no answer."""
    absent: float
    """The answer does not begin with a thought."""

    @property
    def broken(self) -> float:
        """Percentage of thoughts that the model did not finish."""
        return self.cut + self.unfinished


def thought_ends(cell: StoredCell) -> ThoughtEnds | None:
    """Reads the flags of a cell; None if its model answers at once, or the table has no flags."""
    tokens = cell.columns.measures.get("thought_tokens")
    names = ("thought_cut", "unfinished_thought", "no_thought")
    percents = [percent for name in names if (percent := cell.flag_percent(name)) is not None]
    if not Thinking.of(cell.facts).is_on or tokens is None or len(percents) < len(names):
        return None
    return ThoughtEnds(float(tokens.mean()), *percents)


def unequal(base_name: str, base: Thinking, tuned_name: str, tuned: Thinking) -> str | None:
    """Sentence on two models that do not think in the same way; None if they do.

    >>> unequal("a", Thinking(), "b", Thinking("native", 64))  # doctest: +ELLIPSIS
    'b thinks before it answers (native, at most 64 tokens) and a answers at once: the difference...
    """
    mark = base.mark_beside(tuned)
    if not mark:
        return None
    if mark == THINK_DIFFERENTLY:
        return (
            f"{base_name} and {tuned_name} think differently ({base.in_words}; {tuned.in_words}): "
            f"{SETTINGS_TOO}."
        )
    sides = ((base_name, base), (tuned_name, tuned))
    thinker, other = sides if base.is_on else sides[::-1]
    return (
        f"{thinker[0]} thinks before it answers ({thinker[1].in_words}) and {other[0]} answers at "
        f"once: {THINKING_TOO}."
    )


def too_many_broken(mode: str) -> str:
    """Sentences on the meaning of many cut or unfinished thoughts, with the remedy."""
    text = "The score measures the budget too: raise thinking.budget."
    if mode != COT:
        return text
    return f"{text} A thought without the line `Answer:` counts as cut with any budget."


NEVER_THOUGHT = (
    "although thinking.mode=native asked for it; if it thinks in a form of its own, name its tags "
    "(model.thought_tags)"
)
"""Clause on a model without any thought."""


def never_thought(thinking: Thinking, ends: ThoughtEnds) -> bool:
    """Tests for a model that was asked for its native thoughts and has none."""
    return thinking.mode == NATIVE and ends.absent == 100


def _is_without_form(wanted: Mapping[str, Any], backend: Mapping[str, Any]) -> bool:
    """Tests for a model that may answer at once and whose chat layout has no form of thoughts."""
    chat = backend.get("chat")
    may_answer = wanted["mode"] == NATIVE and wanted.get("absent") == "answer"
    return may_answer and chat is not None and "thoughts" not in chat
