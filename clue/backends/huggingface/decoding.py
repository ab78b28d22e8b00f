"""Greedy decoding of a batch.

What makes it several times as fast as the library's `generate` on the tasks of this study: what
prompts share at their beginning (worked examples: most of a short task's prompt; documents) is read
once and its keys and values are copied; prompts are read in passes of similar length and answered
all together; a row whose turn has ended leaves the batch; and nothing is copied from step to step.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import Pool
from clue.backends.huggingface.shared_prefix import Row, reading_order, runs, shared
from clue.common.batch_plan import plan

PASS_TOKENS = {"cpu": 512}
"""Most tokens of a pass over prompts, by type of device: larger ones pad more and need more memory,
smaller ones leave a device idle."""
PASS_TOKENS_ELSEWHERE = 8192
SHARE_LEAST = 1 / 8
"""Of a prompt that must be read already: attention over a whole one is quicker by about as much."""
STOP_WINDOW = 16
"""Last tokens of an answer that are searched for a stop string at every step."""


@dataclass(frozen=True)
class Decoder:
    """A model with the beginning that all its prompts share."""

    model: Any
    tokenizer: Any
    stop_ids: Collection[int]
    stop_strings: Sequence[str]
    beginning: Sequence[int]

    def answer(self, rows: Sequence[Row], budgets: Sequence[int]) -> list[list[int]]:
        """New token ids of each row, greedily chosen.

        Args:
            rows: prompt token ids, shape (n, any).
            budgets: most new tokens of each row, shape (n,).

        Returns:
            Shape (n, 1 to budget); the end-of-turn token included.
        """
        answers: list[list[int]] = [[] for _ in rows]
        slots = reading_order(rows, len(self.beginning))
        with torch.inference_mode():
            pool = Pool([len(rows[index]) for index in slots], max(budgets))
            chosen = list(self._read(pool, [rows[index] for index in slots], 0, self._begun))
            while True:
                for index, token in zip(slots, chosen, strict=True):
                    answers[index].append(token)
                for slot in reversed(range(len(slots))):
                    if self._ended(answers[slots[slot]], budgets[slots[slot]]):
                        pool.drop(slot)
                        slots[slot] = slots[-1]
                        slots.pop()
                if not slots:
                    return answers
                pool.ahead()
                chosen = self._pass(pool, [answers[index][-1:] for index in slots])

    @cached_property
    def _begun(self) -> Pool | None:
        return self._begin(list(self.beginning), None) if self.beginning else None

    def _begin(self, tokens: Row, onto: Pool | None) -> Pool:
        """Keys and values of a beginning, one row; what `onto` holds is not read again."""
        pool = Pool([len(tokens)], 0)
        self._read_group(pool, [tokens], 0, onto)
        return pool

    def _read(
        self, pool: Pool, rows: Sequence[Row], slot: int, begun: Pool | None
    ) -> Iterator[int]:
        """The first token of the answer to each row, from `slot` on; all begin with `begun`."""
        done = 0
        for first, last in runs(rows, begun.width if begun else 0):
            yield from self._read_each(pool, rows[done:first], slot + done, begun)
            common = rows[first][: shared(rows[first], rows[last - 1])]
            family = self._begin(common, begun)
            yield from self._read(pool, rows[first:last], slot + first, family)
            done = last
        yield from self._read_each(pool, rows[done:], slot + done, begun)

    def _read_each(
        self, pool: Pool, rows: Sequence[Row], slot: int, begun: Pool | None
    ) -> Iterator[int]:
        """The same where no family is worth a pass of its own."""
        known = begun.width if begun else 0
        widths = [(len(row) - known, 0) for row in rows]
        for part in plan(widths, self._most, len(rows), range(len(rows))):
            yield from self._read_group(
                pool, [rows[index] for index in part], slot + part[0], begun
            )

    def _read_group(
        self, pool: Pool, rows: Sequence[Row], slot: int, begun: Pool | None
    ) -> list[int]:
        """The same for a group, padded to its longest."""
        longest = max(map(len, rows))
        if begun and begun.width < SHARE_LEAST * longest:
            begun = None
        width = longest - (begun.width if begun else 0)
        pool.read(slice(slot, slot + len(rows)), width, begun)
        # a shorter row reads the end of its beginning again: no worse than padding
        ids = [[0] * (width - len(row)) + row[-width:] for row in rows]
        # a mask over all of a long prompt would be as large as its scores
        step = self._most if begun else width
        chosen: list[int] = []
        for at in range(0, width, step):
            chosen = self._pass(pool, [row[at : at + step] for row in ids])
        return chosen

    @property
    def _most(self) -> int:
        return PASS_TOKENS.get(self.model.device.type, PASS_TOKENS_ELSEWHERE)

    def _pass(self, pool: Pool, ids: Sequence[Row]) -> list[int]:
        """Read the next ids of the rows in view, (rows, width); the likeliest token after each."""
        width = len(ids[0])
        device = self.model.device
        inputs = {name: value.to(device) for name, value in pool.inputs(width).items()}
        out = self.model(
            input_ids=torch.tensor(ids, device=device),
            past_key_values=pool,
            use_cache=True,
            logits_to_keep=1,
            **inputs,
        )
        pool.view.used += width
        chosen: list[int] = out.logits[:, -1].argmax(-1).tolist()
        return chosen

    def _ended(self, answer: Sequence[int], budget: int) -> bool:
        if answer[-1] in self.stop_ids or len(answer) >= budget:
            return True
        if not self.stop_strings:
            return False
        text = self.tokenizer.decode(answer[-STOP_WINDOW:])
        return any(stop in text for stop in self.stop_strings)
