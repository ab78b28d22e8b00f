"""Greedy decoding of a batch.

Four things make it several times as fast as the library's `generate` on the tasks of this study.
A prefix that prompts share (worked examples: most of a short task's prompt; documents) is read
once and its keys and values are copied. Prompts are read in passes of similar length and answered
all together. A row whose turn has ended leaves the batch. Nothing is copied from step to step.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.shared_prefix import (
    TokenIds,
    families,
    reading_order,
    shared_length,
)
from clue.common.batch_plan import plan
from clue.errors import ModelError

PASS_TOKENS = {"cpu": 512}
"""Most tokens of a pass over prompts, by type of device: larger ones pad more and need more memory,
smaller ones leave a device idle."""
PASS_TOKENS_ELSEWHERE = 8192
MIN_PREFIX_SHARE = 1 / 8
"""Share of a prompt that must be in the prefix: attention over a complete prompt is faster by about
as much."""
NOT_FINITE = (
    "the model computed logits that are no numbers (NaN or infinite) in {dtype}: no answer can be "
    "read from them. If that is float16, numbers overflow: choose model.dtype=bfloat16 or float32. "
    "Otherwise its weights are damaged or do not fit this version of transformers: download them "
    "again"
)
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
            rows: prompt token ids, shape (n, any).
            budgets: most new tokens of each row, shape (n,).

        Returns:
            Shape (n, 1 to budget); the end-of-turn token included.

        Raises:
            ModelError: the model computes no numbers.
        """
        answers: list[list[int]] = [[] for _ in rows]
        slots = reading_order(rows, len(self.prefix))
        with torch.inference_mode():
            cache = KvCache([len(rows[index]) for index in slots], max(budgets))
            prompts = [rows[index] for index in slots]
            chosen = list(self._read(cache, prompts, 0, self._prefix_cache))
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
                chosen = self._pass(cache, [answers[index][-1:] for index in slots])

    @cached_property
    def _prefix_cache(self) -> KvCache | None:
        return self._cache_prefix(list(self.prefix), None) if self.prefix else None

    def _cache_prefix(self, tokens: TokenIds, read: KvCache | None) -> KvCache:
        """Keys and values of a prefix, one row; its beginning in `read` is not read again."""
        cache = KvCache([len(tokens)], 0)
        self._read_group(cache, [tokens], 0, read)
        return cache

    def _read(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> Iterator[int]:
        """Yields the first token of the answer to each row, from `slot` on; all share `prefix`."""
        done = 0
        for first, last in families(rows, prefix.width if prefix else 0):
            yield from self._read_each(cache, rows[done:first], slot + done, prefix)
            common = rows[first][: shared_length(rows[first], rows[last - 1])]
            family = self._cache_prefix(common, prefix)
            yield from self._read(cache, rows[first:last], slot + first, family)
            done = last
        yield from self._read_each(cache, rows[done:], slot + done, prefix)

    def _read_each(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> Iterator[int]:
        """`_read` for rows without a family that is worth a pass of its own."""
        prefix_length = prefix.width if prefix else 0
        widths = [(len(row) - prefix_length, 0) for row in rows]
        for batch in plan(widths, self._pass_tokens, len(rows), range(len(rows))):
            group = [rows[index] for index in batch]
            yield from self._read_group(cache, group, slot + batch[0], prefix)

    def _read_group(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> list[int]:
        """`_read` for a group of rows, padded to its longest."""
        longest = max(map(len, rows))
        if prefix and prefix.width < MIN_PREFIX_SHARE * longest:
            prefix = None
        width = longest - (prefix.width if prefix else 0)
        cache.prepare_prefill(slice(slot, slot + len(rows)), width, prefix)
        # a shorter row reads the end of its prefix again: no worse than padding
        ids = [[0] * (width - len(row)) + row[-width:] for row in rows]
        # a mask over all of a long prompt would be as large as its scores
        step = self._pass_tokens if prefix else width
        chosen: list[int] = []
        for start in range(0, width, step):
            chosen = self._pass(cache, [row[start : start + step] for row in ids])
        return chosen

    @property
    def _pass_tokens(self) -> int:
        return PASS_TOKENS.get(self.model.device.type, PASS_TOKENS_ELSEWHERE)

    def _pass(self, cache: KvCache, ids: Sequence[TokenIds]) -> list[int]:
        """Read the next ids of the window's rows, (rows, width); the likeliest token after each."""
        width = len(ids[0])
        device = self.model.device
        inputs = {name: value.to(device) for name, value in cache.model_inputs(width).items()}
        out = self.model(
            input_ids=torch.tensor(ids, device=device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
            **inputs,
        )
        cache.window.used += width
        logits = out.logits[:, -1]
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
