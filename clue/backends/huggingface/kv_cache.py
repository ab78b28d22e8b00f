"""Keys and values of a batch, in memory that is taken once.

The library's cache is copied whole for every token. Here a row has a slot that is as wide as the
longest prompt and its answer need; prompts end in the same column, answers follow:

    [gap][prompt       ][answer, room]
         [longest prompt][answer, room]

Distances between columns are distances between tokens, so that sliding windows hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import Cache
from transformers.cache_utils import CacheLayerMixin


@dataclass
class View:
    """What the next pass of the model sees and where it writes."""

    slots: slice
    low: int
    """First column."""
    used: int
    """Columns that hold something; new tokens come behind."""


class PoolLayer(CacheLayerMixin):  # type: ignore[misc]
    """Keys and values of one layer, shape (slots, heads, columns, size of a head)."""

    def __init__(self, view: View, slots: int, columns: int) -> None:
        super().__init__()
        self.view = view
        self.shape = slots, columns

    def lazy_initialization(self, key_states: Any, value_states: Any) -> None:
        """Take the memory, on the device and in the type of what will be written."""
        slots, columns = self.shape
        self.keys, self.values = (
            states.new_empty(slots, states.shape[1], columns, states.shape[3])
            for states in (key_states, value_states)
        )
        self.is_initialized = True

    def update(
        self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any
    ) -> tuple[Any, Any]:
        """Write new tokens behind the used columns; all that the view shows."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        view = self.view
        end = view.used + key_states.shape[2]
        seen = []
        for whole, states in ((self.keys, key_states), (self.values, value_states)):
            whole[view.slots, :, view.used : end] = states
            seen.append(whole[view.slots, :, view.low : end])
        return seen[0], seen[1]

    def get_seq_length(self) -> int:
        """Columns that are seen before the new tokens."""
        return self.view.used - self.view.low

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns that are seen with the new tokens, and the number of the first."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """No limit that the library should know of."""
        return -1


class Pool(Cache):  # type: ignore[misc]
    """The slots of a batch.

    Args:
        lengths: tokens of each prompt, shape (n,).
        room: most tokens of an answer.
    """

    def __init__(self, lengths: Sequence[int], room: int) -> None:
        self.width = max(lengths)
        self.gaps = [self.width - length for length in lengths]
        self.view = View(slice(0, len(lengths)), 0, 0)
        shape = len(lengths), self.width + room
        super().__init__(layer_class_to_replicate=lambda: PoolLayer(self.view, *shape))

    def read(self, slots: slice, width: int, begun: "Pool | None") -> None:
        """Get slots ready for a pass over the last `width` tokens of their prompts.

        Args:
            slots: which rows.
            width: tokens of each that the pass reads.
            begun: a pool of one row that holds what begins all of them.
        """
        start = self.width - width
        self.view.slots, self.view.low, self.view.used = slots, min(self.gaps[slots]), start
        known = begun.width if begun else 0
        for layer in self.layers:  # what is masked must still be numbers
            for whole in (layer.keys, layer.values):
                whole[slots, :, : max(0, start - known)] = 0
        if begun and start > self.view.low:
            self._copy(slots, start, begun)

    def ahead(self) -> None:
        """Get all rows ready for a pass over one more token each."""
        self.view.slots, self.view.low = slice(0, len(self.gaps)), min(self.gaps)

    def inputs(self, width: int) -> dict[str, Any]:
        """Mask (rows, columns seen) and positions (rows, width) of a pass over `width` tokens."""
        view = self.view
        gaps = torch.tensor(self.gaps[view.slots])[:, None]
        columns = torch.arange(view.low, view.used + width)[None]
        positions = (columns[:, -width:] - gaps).clamp(min=0)
        return {"attention_mask": (columns >= gaps).long(), "position_ids": positions}

    def drop(self, slot: int) -> None:
        """Free a slot: the last one's row moves there."""
        last = len(self.gaps) - 1
        if slot != last:
            columns = slice(self.gaps[last], self.view.used)
            for layer in self.layers:
                for whole in (layer.keys, layer.values):
                    whole[slot, :, columns] = whole[last, :, columns]
            self.gaps[slot] = self.gaps[last]
        self.gaps.pop()

    def _copy(self, slots: slice, start: int, begun: "Pool") -> None:
        """Place the beginning of each prompt before column `start`."""
        first = max(0, start - begun.width)
        gaps = torch.tensor(self.gaps[slots])
        # columns in a gap get any of its tokens
        tokens = (torch.arange(first, start)[None] - gaps[:, None]).clamp(min=0)
        for index, layer in enumerate(begun.layers):
            if index == len(self.layers):
                self.layers.append(self.layer_class_to_replicate())
                self.layers[index].lazy_initialization(layer.keys, layer.values)
            mine = self.layers[index]
            places = tokens.to(layer.keys.device)
            for whole, part in ((mine.keys, layer.keys), (mine.values, layer.values)):
                whole[slots, :, first:start] = part[0][:, places].transpose(0, 1)
