"""Greedy decoding of a batch.

Four things make it several times as fast as the library's `generate` on the tasks of this study.
Prompts are read as `clue.backends.huggingface.prompt_reading` describes, a shared prefix once and
all in passes of similar length, and they are answered all together. A row whose turn has ended
leaves the batch. Nothing is copied from step to step.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.prompt_reading import NOT_FINITE, PromptReader
from clue.backends.huggingface.shared_prefix import TokenIds
from clue.errors import ModelError

STOP_WINDOW = 16
"""Last tokens of an answer that are searched for a stop string at every step."""


@dataclass(frozen=True)
class Decoder:
    """A model with the prefix that all its prompts share."""

    model: Any
    tokenizer: Any
    stop_ids: Collection[int]
    stop_strings: Sequence[str]
    prefix: Sequence[int]

    def answer(self, rows: Sequence[TokenIds], budgets: Sequence[int]) -> list[list[int]]:
        """New token ids of each row, greedily chosen.

        Args:
            rows: prompt token ids, shape (n, any), in `reading_order`: another order gives the same
                answers later.
            budgets: most new tokens of each row, shape (n,).

        Returns:
            Shape (n, 1 to budget); the end-of-turn token included.

        Raises:
            ModelError: the model computes no numbers.
        """
        answers: list[list[int]] = [[] for _ in rows]
        slots = list(range(len(rows)))
        with torch.inference_mode():
            cache = KvCache([len(rows[index]) for index in slots], max(budgets))
            prompts = [rows[index] for index in slots]
            chosen = [
                token
                for logits in self._reader.read(cache, prompts)
                for token in self._likeliest(logits)
            ]
            while True:
                for index, token in zip(slots, chosen, strict=True):
                    answers[index].append(token)
                for slot in reversed(range(len(slots))):
                    if self._ended(answers[slots[slot]], budgets[slots[slot]]):
                        cache.free_slot(slot)
                        slots[slot] = slots[-1]
                        slots.pop()
                if not slots:
                    return answers
                cache.prepare_decoding()
                newest = [answers[index][-1:] for index in slots]
                chosen = self._likeliest(self._reader.logits(cache, newest)[:, -1])

    @cached_property
    def _reader(self) -> PromptReader:
        return PromptReader(self.model, self.prefix)

    def _likeliest(self, logits: torch.Tensor) -> list[int]:
        """The likeliest token of each row of logits, shape (rows, vocabulary)."""
        likeliest = logits.argmax(-1, keepdim=True)
        # NaN is the largest for argmax, so one number of each row shows any
        if not torch.isfinite(logits.gather(-1, likeliest)).all():
            raise ModelError(NOT_FINITE.format(dtype=self.model.dtype))
        chosen: list[int] = likeliest[:, 0].tolist()
        return chosen

    def _ended(self, answer: Sequence[int], budget: int) -> bool:
        if answer[-1] in self.stop_ids or len(answer) >= budget:
            return True
        if not self.stop_strings:
            return False
        text = self.tokenizer.decode(answer[-STOP_WINDOW:])
        return any(stop in text for stop in self.stop_strings)
