"""Decoding of a batch, greedy or sampled.

Four things make it several times as fast as the library's `generate` on the tasks of this study.
Prompts are read as `clue.backends.huggingface.prompt_reading` describes, a shared prefix once and
all in passes of similar length, and they are answered all together. A row whose turn has ended
leaves the batch. Nothing is copied from step to step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.prompt_reading import NOT_FINITE, PromptReader
from clue.backends.huggingface.sampling import Sampler
from clue.backends.huggingface.turn import AnswerRequest, Turn, TurnRules
from clue.common.meter import METER
from clue.errors import ModelError


@dataclass(frozen=True)
class Decoder:
    """A model with the prefix that all its prompts share."""

    model: Any
    rules: TurnRules
    prefix: Sequence[int]
    sampler: Sampler | None = None
    """None = the likeliest token is chosen."""

    def answer(self, requests: Sequence[AnswerRequest]) -> list[Turn]:
        """Answers prompts.

        Args:
            requests: shape (n,), in `reading_order`: another order gives the same answers later.

        Returns:
            Turns with their new token ids, the end-of-turn token included, shape (n,).

        Raises:
            ModelError: the model computes no numbers.
        """
        turns = [Turn(request, self.rules) for request in requests]
        with torch.inference_mode():
            rows = [request.ids for request in requests]
            cache = self._reader.new_cache(rows, max(request.room for request in requests))
            first = 0
            for logits in self._reader.read(cache, rows):
                group = requests[first : first + len(logits)]
                self._add_tokens(turns[first : first + len(logits)], logits)
                METER.add_read(sum(len(request.ids) for request in group), len(group))
                first += len(logits)
            running = list(turns)
            while True:
                ended = _leave(cache, running)
                if not running:
                    return turns
                cache.prepare_decoding()
                newest = [turn.tokens[-1:] for turn in running]
                self._add_tokens(running, self._reader.logits(cache, newest)[:, -1])
                METER.add_new(len(running), ended)

    @cached_property
    def _reader(self) -> PromptReader:
        return PromptReader(self.model, self.prefix)

    def _add_tokens(self, turns: Sequence[Turn], logits: torch.Tensor) -> None:
        """Adds a token to each turn; logits have the shape (turns, vocabulary)."""
        likeliest = logits.argmax(-1, keepdim=True)
        # NaN is the largest for argmax, so one number of each row shows any
        if not torch.isfinite(logits.gather(-1, likeliest)).all():
            raise ModelError(NOT_FINITE.format(dtype=self.model.dtype))
        chosen = likeliest[:, 0]
        if self.sampler:
            keys = [turn.request.noise for turn in turns]
            chosen = self.sampler.choose(logits, keys, [len(turn.tokens) for turn in turns])
        for turn, token in zip(turns, chosen.tolist(), strict=True):
            turn.add(token)


def _leave(cache: KvCache, running: list[Turn]) -> int:
    """Removes the turns that have ended, and frees their slots; returns their number."""
    before = len(running)
    for slot in reversed(range(len(running))):
        if running[slot].has_ended:
            cache.free_slot(slot)
            running[slot] = running[-1]
            running.pop()
    return before - len(running)
