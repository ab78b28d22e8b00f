"""Reading of prompts into a KV cache.

A prefix that prompts share (worked examples: most of a short task's prompt; documents) is read
once. Rows refer to its keys and values if the attention of the model can, else they get copies of
them. Prompts are read in passes of similar length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

from clue.backends.huggingface.kv_cache import KvCache
from clue.backends.huggingface.prefix_attention import KEYWORD, is_enabled
from clue.backends.huggingface.shared_prefix import (
    PrefixGroup,
    TokenIds,
    family_saving,
    is_large_share,
    prefix_groups,
)
from clue.common.batch_plan import plan

PASS_TOKENS = {"cpu": 512}
"""Most tokens of a pass over prompts, by type of device: larger ones pad more and need more memory,
smaller ones leave a device idle."""
PASS_TOKENS_ELSEWHERE = 8192
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

    def new_cache(self, rows: Sequence[TokenIds], room: int) -> KvCache:
        """Returns the cache of some prompts.

        Args:
            rows: prompt token ids, shape (n, any), in `reading_order`.
            room: most tokens behind a prompt.
        """
        lengths = [len(row) for row in rows]
        if self.refers:
            for group in self._groups(rows):
                for index in range(group.first, group.last):
                    lengths[index] -= group.prefix
        return KvCache(lengths, room)

    def read(self, cache: KvCache, rows: Sequence[TokenIds]) -> Iterator[torch.Tensor]:
        """Reads prompts into the slots of a cache, in passes.

        Args:
            cache: the `new_cache` of these rows.
            rows: prompt token ids, shape (n, any), in `reading_order`.

        Yields:
            Logits of the token after each row of a pass, shape (rows of the pass, vocabulary).
        """
        for group in self._groups(rows):
            members = rows[group.first : group.last]
            prefix = self._group_cache(members[0], group.prefixes)
            yield from self._read_group(cache, members, group.first, prefix)

    def logits(self, cache: KvCache, ids: Sequence[TokenIds], count: int = 1) -> torch.Tensor:
        """Reads the next ids of the window's rows, shape (rows, width).

        Returns:
            Logits of the token after each of the last `count` ids, shape (rows, count, vocabulary).
        """
        width = len(ids[0])
        inputs: dict[str, Any] = cache.model_inputs(width, self.model.device)
        if self.refers and ((rows := cache.pass_rows()).prefixes or width == 1):
            inputs[KEYWORD] = rows
        out = self.model(
            input_ids=torch.tensor(ids, device=self.model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=count,
            **inputs,
        )
        if KEYWORD in inputs:
            inputs[KEYWORD].check(cache.written_layers)
        cache.window.used += width
        logits: torch.Tensor = out.logits
        return logits[:, -count:]

    @cached_property
    def refers(self) -> bool:
        """True if rows refer to a prefix, False if they get copies of it."""
        return is_enabled(self.model)

    def _groups(self, rows: Sequence[TokenIds]) -> Iterator[PrefixGroup]:
        common = (len(self.prefix),) if self.prefix else ()
        return prefix_groups(rows, common, self.family_saving)

    @cached_property
    def _common_cache(self) -> KvCache:
        return self._cache_prefix(list(self.prefix), None)

    def _cache_prefix(self, tokens: TokenIds, read: KvCache | None) -> KvCache:
        """Keys and values of a prefix, one row; its beginning in `read` is not read again."""
        cache = KvCache([len(tokens)], 0)
        begins = read is not None and is_large_share(read.width, len(tokens))
        self._read_pass(cache, [tokens], 0, read if begins else None, refers=False)
        return cache

    def _group_cache(self, row: TokenIds, prefixes: Sequence[int]) -> KvCache | None:
        """Cache of the longest of the nested prefixes with which a row begins."""
        cache, families = None, prefixes
        if prefixes and self.prefix:
            cache, families = self._common_cache, prefixes[1:]
        for depth, length in enumerate(families):
            cache = self._family_cache(row[:length], cache, depth)
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

    def _read_group(
        self, cache: KvCache, rows: Sequence[TokenIds], slot: int, prefix: KvCache | None
    ) -> Iterator[torch.Tensor]:
        """`read` for the rows of a group from a slot on."""
        prefix_length = prefix.width if prefix else 0
        widths = [(len(row) - prefix_length, 0) for row in rows]
        for batch in plan(widths, self._pass_tokens, len(rows), range(len(rows))):
            group = [rows[index] for index in batch]
            yield self._read_pass(cache, group, slot + batch[0], prefix, refers=self.refers)

    def _read_pass(
        self,
        cache: KvCache,
        rows: Sequence[TokenIds],
        slot: int,
        prefix: KvCache | None,
        *,
        refers: bool,
    ) -> torch.Tensor:
        """`_read_group` for rows of similar length, padded to the longest."""
        width = max(map(len, rows)) - (prefix.width if prefix else 0)
        slots = slice(slot, slot + len(rows))
        if prefix and refers:
            cache.refer(slots, prefix)
            cache.prepare_prefill(slots, width, None)
            own = [row[prefix.width :] for row in rows]
            ids = [[0] * (width - len(row)) + row for row in own]
        else:
            cache.prepare_prefill(slots, width, prefix)
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
