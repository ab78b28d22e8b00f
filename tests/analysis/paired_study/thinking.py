"""Small stores of models that think before they answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clue.metrics.failures import thought_flags, thought_measures
from clue.records import Record, ThoughtEnd
from tests.analysis.paired_study.drawn import closed
from tests.analysis.paired_study.stores import cell

NATIVE: Mapping[str, Any] = {"mode": "native", "budget": 64, "absent": "answer"}
COT: Mapping[str, Any] = {"mode": "cot", "budget": 256, "request": "Think."}
ALLOWED = ("model.dtype", "backend.chat", "protocol.thinking", "backend.thinking")
"""Differences that a study allows if other ways of thinking are to be compared."""
ITEMS = 40
TOKENS = 12
"""Of each thought."""


@dataclass(frozen=True)
class Thinker:
    """A model of a pair."""

    wanted: Mapping[str, Any] | None = field(default_factory=lambda: NATIVE)
    """`protocol.thinking`; None: it is to answer at once."""
    has_form: bool = True
    """Its template has a form of thoughts."""
    ends: Sequence[ThoughtEnd] = ("closed",)
    """Ends of its thoughts, again and again."""
    requests: str = "two phases"

    @property
    def thinks(self) -> bool:
        """True if its records have thoughts."""
        return bool(self.wanted) and (self.has_form or self.wanted == COT)

    @property
    def generation(self) -> dict[str, Any]:
        """Facts of its cell."""
        is_native = self.wanted is not None and self.wanted["mode"] == "native"
        form = {"thoughts": ["<think>\n", "</think>"]} if is_native and self.has_form else {}
        thinking = {"thinking": self.wanted} if self.wanted else {}
        chat = {"layout": "chat template"} | form
        requests = {"thinking": self.requests} if self.wanted else {}
        return {
            "protocol": {"task": "mednli", "max_new_tokens": 20, **thinking},
            "model": {"repo": "org/m", "dtype": "bfloat16"},
            "decoding": "greedy",
            "backend": {"name": "transformers", "chat": chat, **requests},
        }

    def records(self, seed: int) -> list[Record]:
        """Answers; one behind an unfinished thought is blank and scores 0."""
        rows = closed(seed, 1, ITEMS)
        texts = [f"answer {number}" for number in range(ITEMS)]
        ends = [self.ends[number % len(self.ends)] for number in range(ITEMS)]
        return [
            self._thought(replace(row, completion=replace(row.completion, text=text)), end)
            for row, text, end in zip(rows, texts, ends, strict=True)
        ]

    def _thought(self, row: Record, end: ThoughtEnd) -> Record:
        if not self.thinks:
            return row
        completion = replace(row.completion, thought="it", thought_tokens=TOKENS, thought_end=end)
        flags = row.flags | thought_flags(completion)
        scores = row.scores
        if end == "open":
            completion, scores = replace(completion, text=""), {"accuracy": 0.0}
            flags |= {"empty": True, "unparsed": True}
        measures = row.measures | thought_measures(completion)
        return replace(row, completion=completion, flags=flags, scores=scores, measures=measures)


AT_ONCE = Thinker(has_form=False)
"""Without a form of thoughts: it answers at once, as `thinking.absent` allows."""


def pair(
    store: Path, base: Thinker, tuned: Thinker, task: str = "mednli", **facts: Any
) -> tuple[list[Record], list[Record]]:
    """Writes a base and a tuned model; returns their records."""
    rows = base.records(1), tuned.records(2)
    names = ("llama2_7b", "meditron7b")
    for name, thinker, records in zip(names, (base, tuned), rows, strict=True):
        more = {"base": names[0]} if name != names[0] else {}
        more |= {"generation": thinker.generation}
        cell(store, name, task, records, access="open", **more, **facts)
    return rows
