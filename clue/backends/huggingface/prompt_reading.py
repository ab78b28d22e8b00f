"""Reading of prompts into a KV cache.

A prefix that prompts share (worked examples: most of a short task's prompt; documents) is read
once and its keys and values are copied. Prompts are read in passes of similar length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.shared_prefix import (
    TokenIds,
    families,
    family_saving,
    shared_by_all,
)
from clue.common.batch_plan import plan

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


@dataclass(frozen=True)
class PromptReader:
    """A model with the prefix that all its prompts share."""

    model: Any
    prefix: Sequence[int]
    _latest: dict[int, tuple[TokenIds, KvCache]] = field(default_factory=dict, init=False)
    """Prefix of the latest family by depth of nesting, with its cache of one row: the next batch
    may begin with other members of the family."""

    def read(self, cache: KvCache, rows: Sequence[TokenIds]) -> Iterator[torch.Tensor]:
        """Reads prompts into the slots of a cache, in passes.

        Args:
            cache: of these rows.
            rows: prompt token ids, shape (n, any), in `reading_order`.

        Yields:
            Logits of the token after each row of a pass, shape (rows of the pass, vocabulary).
        """
        return self._read(cache, rows, 0, self._prefix_cache, 0)

    def logits(self, cache: KvCache, ids: Sequence[TokenIds], count: int = 1) -> torch.Tensor:
        """Reads the next ids of the window's rows, shape (rows, width).

        Returns:
            Logits of the token after each of the last `count` ids, shape (rows, count, vocabulary).
        """
        width = len(ids[0])
        device = self.model.device
        inputs = {name: value.to(device) for name, value in cache.model_inputs(width).items()}
        out = self.model(
            input_ids=torch.tensor(ids, device=device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=count,
            **inputs,
        )
        cache.window.used += width
        logits: torch.Tensor = out.logits
        return logits[:, -count:]

    @cached_property
    def _prefix_cache(self) -> KvCache | None:
        return self._cache_prefix(list(self.prefix), None) if self.prefix else None

    def _cache_prefix(self, tokens: TokenIds, read: KvCache | None) -> KvCache:
        """Keys and values of a prefix, one row; its beginning in `read` is not read again."""
        cache = KvCache([len(tokens)], 0)
        self._read_group(cache, [tokens], 0, read)
        return cache

    def _family_cache(self, tokens: TokenIds, read: KvCache | None, depth: int) -> KvCache:
        """`_cache_prefix` of a family; what the latest one shares with it is not read again."""
        latest, cache = self._latest.get(depth, ([], None))
        if cache is not None and latest == tokens[: len(latest)]:
            read = cache
        if cache is None or latest != tokens:
            cache = self._cache_prefix(tokens, read)
            self._latest[depth] = tokens, cache
        return cache

    def _read(
        self,
        cache: KvCache,
        rows: Sequence[TokenIds],
        slot: int,
        prefix: KvCache | None,
        depth: int,
    ) -> Iterator[torch.Tensor]:
        """`read` from a slot on; all rows share `prefix`, which families of `depth` share."""
        done = 0
        for first, last in families(rows, prefix.width if prefix else 0, self.family_saving):
            yield from self._read_each(cache, rows[done:first], slot + done, prefix)
            members = rows[first:last]
            family = self._family_cache(shared_by_all(members), prefix, depth)
            yield from self._read(cache, members, slot + first, family, depth + 1)
            done = last
        yield from self._read_each(cache, rows[done:], slot + done, prefix)

    def _read_each(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> Iterator[torch.Tensor]:
        """`_read` for rows without a family that is worth a pass of its own."""
        prefix_length = prefix.width if prefix else 0
        widths = [(len(row) - prefix_length, 0) for row in rows]
        for batch in plan(widths, self._pass_tokens, len(rows), range(len(rows))):
            group = [rows[index] for index in batch]
            yield self._read_group(cache, group, slot + batch[0], prefix)

    def _read_group(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> torch.Tensor:
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
        for start in range(0, width, step):
            logits = self.logits(cache, [row[start : start + step] for row in ids])
        return logits[:, -1]

    @property
    def family_saving(self) -> int:
        """Tokens that a pass of its own must save."""
        return family_saving(self.model.device.type)

    @property
    def _pass_tokens(self) -> int:
        return PASS_TOKENS.get(self.model.device.type, PASS_TOKENS_ELSEWHERE)
