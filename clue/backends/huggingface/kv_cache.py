"""Preallocated KV cache of a batch.

The library's cache is copied completely for every token. Here a row has a slot as wide as the
longest prompt and its answer. All prompts end in the same column, answers follow:

    [gap][prompt       ][answer, free]
         [longest prompt][answer, free]

Distances between columns are distances between tokens, so that sliding windows stay correct. The
prompt is without the prefix to which a row may refer instead of having a copy of it, see
`clue.backends.huggingface.prefix_attention`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import Cache
from transformers.cache_utils import CacheLayerMixin

from clue.backends.huggingface.prefix_attention import PassRows


@dataclass
class CacheWindow:
    """Part of the cache that the next pass of the model reads and extends."""

    slots: slice
    low: int
    """First column that is read."""
    used: int
    """Columns in use; new tokens are written after them."""


class KvCacheLayer(CacheLayerMixin):  # type: ignore[misc]
    """Keys and values of one layer, shape (slots, heads, columns, size of a head)."""

    def __init__(self, window: CacheWindow, slots: int, columns: int) -> None:
        super().__init__()
        self.window = window
        self.shape = slots, columns

    def lazy_initialization(self, key_states: Any, value_states: Any) -> None:
        """Allocate the memory, with the device and dtype of the states to be written.

        It holds what was there before. The gaps of rows that are read first must be numbers, as
        those of later rows, for which `prepare_prefill` cares.
        """
        slots, columns = self.shape
        self.keys, self.values = (
            states.new_empty(slots, states.shape[1], columns, states.shape[3])
            for states in (key_states, value_states)
        )
        for cached in (self.keys, self.values):
            cached[self.window.slots, :, : self.window.low] = 0
        self.is_initialized = True

    def update(
        self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any
    ) -> tuple[Any, Any]:
        """Write new tokens after the used columns; returns keys and values of the window."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        window = self.window
        end = window.used + key_states.shape[2]
        visible = []
        for cached, states in ((self.keys, key_states), (self.values, value_states)):
            cached[window.slots, :, window.used : end] = states
            visible.append(cached[window.slots, :, window.low : end])
        return visible[0], visible[1]

    def get_seq_length(self) -> int:
        """Columns that are read before the new tokens."""
        return self.window.used - self.window.low

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns that are read, new tokens included, and the number of the first."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No limit that the library has to enforce."""
        return -1


class KvCache(Cache):  # type: ignore[misc]
    """The slots of a batch.

    Args:
        lengths: tokens of each prompt, without a prefix to which it will refer, shape (n,).
        new_tokens: most tokens of an answer.
    """

    def __init__(self, lengths: Sequence[int], new_tokens: int) -> None:
        self.width = max(lengths)
        self.gaps = [self.width - length for length in lengths]
        self.prefixes: list[KvCache | None] = [None] * len(lengths)
        """Cache of one row with the prefix to which each row refers."""
        self.window = window = CacheWindow(slice(0, len(lengths)), 0, 0)
        shape = len(lengths), self.width + new_tokens
        # a reference to the cache itself would keep its memory until the next garbage collection
        super().__init__(layer_class_to_replicate=lambda: KvCacheLayer(window, *shape))

    def refer(self, slots: slice, prefix: "KvCache") -> None:
        """Let rows refer to a prefix, which is in none of their columns."""
        self.prefixes[slots] = [prefix] * len(self.prefixes[slots])

    def prepare_prefill(self, slots: slice, width: int, prefix: "KvCache | None") -> None:
        """Prepare slots for a pass over the last `width` tokens of their prompts.

        Args:
            slots: the rows.
            width: tokens of each row that the pass reads.
            prefix: a cache of one row with the prefix of all of them, which is copied.
        """
        start = self.width - width
        self.window.slots, self.window.low, self.window.used = slots, min(self.gaps[slots]), start
        prefix_length = prefix.width if prefix else 0
        for index in self.written_layers:  # masked entries must be numbers too
            layer = self.layers[index]
            for cached in (layer.keys, layer.values):
                cached[slots, :, : max(0, start - prefix_length)] = 0
        if prefix and start > self.window.low:
            self._copy_prefix(slots, start, prefix)

    def prepare_decoding(self) -> None:
        """Prepare all rows for a pass over one more token each."""
        self.window.slots, self.window.low = slice(0, len(self.gaps)), min(self.gaps)

    def prepare_continuation(self, slots: slice) -> None:
        """Prepare rows for a pass behind their prompts, in the place of an earlier one."""
        self.window.slots, self.window.low, self.window.used = (
            *(slots, min(self.gaps[slots])),
            self.width,
        )

    def model_inputs(self, width: int, device: torch.device) -> dict[str, torch.Tensor]:
        """Inputs of a pass over `width` tokens.

        Returns:
            Mask (rows, columns read) and positions (rows, width).
        """
        window = self.window
        gaps = torch.tensor(self.gaps[window.slots])[:, None]
        columns = torch.arange(window.low, window.used + width)[None]
        positions = (columns[:, -width:] - gaps).clamp(min=0)
        prefixes = self.prefixes[window.slots]
        positions += torch.tensor([[_width(prefix)] for prefix in prefixes])
        inputs = {"attention_mask": (columns >= gaps).long(), "position_ids": positions}
        return {name: value.to(device) for name, value in inputs.items()}

    def pass_rows(self) -> PassRows:
        """Rows of a pass whose attention regards the prefixes to which they refer."""
        window = self.window
        gaps = [gap - window.low for gap in self.gaps[window.slots]]
        return PassRows(gaps, _rows_by_prefix(self.prefixes[window.slots]))

    @property
    def written_layers(self) -> list[int]:
        """Layers without those that only look at pictures: they are left out where none is."""
        return [index for index, layer in enumerate(self.layers) if layer.is_initialized]

    def free_slot(self, slot: int) -> None:
        """Free a slot: the row of the last slot moves there."""
        last = len(self.gaps) - 1
        if slot != last:
            columns = slice(self.gaps[last], self.window.used)
            for index in self.written_layers:
                layer = self.layers[index]
                for cached in (layer.keys, layer.values):
                    cached[slot, :, columns] = cached[last, :, columns]
            self.gaps[slot], self.prefixes[slot] = self.gaps[last], self.prefixes[last]
        self.gaps.pop()
        self.prefixes.pop()

    def _copy_prefix(self, slots: slice, start: int, prefix: "KvCache") -> None:
        """Copy the prefix of each prompt to the columns before `start`."""
        first = max(0, start - prefix.width)
        gaps = torch.tensor(self.gaps[slots])
        # columns in a gap get an arbitrary token of the prefix
        tokens = (torch.arange(first, start)[None] - gaps[:, None]).clamp(min=0)
        for index, source in enumerate(prefix.layers):
            if index == len(self.layers):
                self.layers.append(self.layer_class_to_replicate())
            if not source.is_initialized:
                continue
            layer = self.layers[index]
            if not layer.is_initialized:
                layer.lazy_initialization(source.keys, source.values)
            positions = tokens.to(source.keys.device)
            for cached, states in ((layer.keys, source.keys), (layer.values, source.values)):
                cached[slots, :, first:start] = states[0][:, positions].transpose(0, 1)


def _width(prefix: KvCache | None) -> int:
    return 0 if prefix is None else prefix.width


def _rows_by_prefix(
    prefixes: Sequence[KvCache | None],
) -> list[tuple[list[int] | None, KvCache]]:
    """Rows that refer to each prefix, None for all rows."""
    rows: dict[KvCache, list[int]] = {}
    for row, prefix in enumerate(prefixes):
        if prefix is not None:
            rows.setdefault(prefix, []).append(row)
    return [
        (None if len(members) == len(prefixes) else members, prefix)
        for prefix, members in rows.items()
    ]
