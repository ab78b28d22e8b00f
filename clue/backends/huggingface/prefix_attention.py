"""Attention of rows that share the keys and values of a prefix.

The attention of a row is computed in two parts, over the prefix for all rows at once and over the
row's own tokens, and both are joined by the logarithms of their sums of exponentials (Juravsky et
al. 2024, "Hydragen", section 3.1). A step then reads a shared prefix once, and memory holds it
once. Own tokens are read in blocks of rows, each from the first column that one of its rows has.
The results equal those of undivided attention but for rounding.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from clue.backends.huggingface.architecture import library_model

NAME = "sdpa_shared_prefix"
"""Name of this attention in the library's registry; without prefixes it is the library's `sdpa`."""
KEYWORD = "pass_rows"
"""Keyword of a model's call that brings `PassRows` to the attention of each layer."""
BLOCK = 8
"""Rows of a block: fewer read fewer columns in vain and need more calls."""
_WITHOUT_EFFECT = {"is_causal", "use_cache", "position_ids", "cache_position"}
"""Keywords of attention that need no regard: masks and rotated keys hold what they say."""

# returns the logarithm of the sum of exponentials, which the public function keeps to itself
_flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu


class UnsupportedAttentionError(Exception):
    """A model's attention needs more than keys, values, a mask and a scale."""


@dataclass
class PassRows:
    """The rows of one pass: the columns that they have, and their prefixes."""

    gaps: Sequence[int]
    """Columns before the first token of each row, counted from the first column that is read."""
    prefixes: Sequence[tuple[Sequence[int] | None, Any]] = ()
    """Rows of the pass, None for all of them, and the cache of one row with their prefix."""
    layers: set[int] = field(default_factory=set)
    """Layers that have regarded the prefixes."""

    @cached_property
    def blocks(self) -> list[tuple[slice, int]]:
        """Rows of each block and the first column that one of them has.

        >>> PassRows([0, 3, 2] * 4).blocks
        [(slice(0, 8, None), 0), (slice(8, 16, None), 0)]
        """
        starts = range(0, len(self.gaps), BLOCK)
        parts = [slice(start, start + BLOCK) for start in starts]
        return [(part, min(self.gaps[part])) for part in parts]

    def check(self, needed: Collection[int]) -> None:
        """Check after a pass that layers regarded the prefixes.

        Raises:
            UnsupportedAttentionError: a layer did not.
        """
        if self.layers != set(needed):
            missing = sorted(set(needed) - self.layers)
            raise UnsupportedAttentionError(f"layers without the shared prefix: {missing}")


def attention(  # noqa: PLR0913  the library calls it with these
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    pass_rows: PassRows | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Computes attention as the library's `sdpa` does, over shared prefixes too.

    Args:
        module: attention of one layer.
        query: shape (rows, heads, width, size).
        key: of the rows' own tokens, shape (rows, groups of heads, columns, size).
        value: as `key`.
        attention_mask: of the own columns, bool, shape (rows, 1, width, columns).
        pass_rows: the rows, with prefixes that come before their own tokens.
        **kwargs: of the library.

    Returns:
        Shape (rows, width, heads, size), and no weights.

    Raises:
        UnsupportedAttentionError: a keyword that changes the attention comes with `pass_rows`.
    """
    if pass_rows is None:
        output, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return output, None
    scale = kwargs.pop("scaling", None)
    kwargs.pop("dropout", None)  # the model is in evaluation
    _check_keywords(kwargs)
    blocks = pass_rows.blocks if query.shape[2] == 1 else [(slice(None), 0)]
    parts = []
    for rows, low in blocks:
        mask = None if attention_mask is None else attention_mask[rows, ..., low:]
        parts.append(_own_part(query[rows], key[rows, :, low:], value[rows, :, low:], mask, scale))
    output, weight = (torch.cat(part) for part in zip(*parts, strict=True))
    for members, prefix in pass_rows.prefixes:
        chosen = slice(None) if members is None else members
        part = _prefix_part(query[chosen], prefix.layers[module.layer_idx], scale)
        output[chosen] = _joined(output[chosen], weight[chosen], *part)
    pass_rows.layers.add(module.layer_idx)
    return output.transpose(1, 2).contiguous(), None


def _check_keywords(kwargs: Mapping[str, Any]) -> None:
    keywords = kwargs.keys() - _WITHOUT_EFFECT
    changing = {key for key in keywords if kwargs[key] is not None and kwargs[key] is not False}
    if changing:
        raise UnsupportedAttentionError(f"attention with {', '.join(sorted(changing))}")


def _own_part(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention over each row's own tokens, and the logarithms of its sums of exponentials."""
    rows, heads, width, size = query.shape
    repeats = heads // key.shape[1]
    is_causal = mask is None and width > 1
    if mask is not None:
        mask = query.new_zeros(mask.shape).masked_fill_(~mask, float("-inf"))
    if width > 1:
        key, value = repeat_kv(key, repeats), repeat_kv(value, repeats)
    elif repeats > 1:  # the heads of a group are queries of their common key: nothing is copied
        query = query.view(rows, -1, repeats, size)
    output, logsumexp = _flash(query, key, value, is_causal=is_causal, attn_mask=mask, scale=scale)
    return (
        output.reshape(rows, heads, width, value.shape[-1]),
        logsumexp.reshape(rows, heads, width),
    )


def _prefix_part(
    query: torch.Tensor, layer: Any, scale: float | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """As `_own_part` over a prefix, whose tokens all queries see as if they were of one row."""
    rows, heads, width, size = query.shape
    groups = layer.keys.shape[1]
    together = query.reshape(rows, groups, -1, size).transpose(0, 1).reshape(1, groups, -1, size)
    output, logsumexp = _flash(together, layer.keys, layer.values, scale=scale)
    output = output.view(groups, rows, -1, output.shape[-1]).transpose(0, 1)
    return (
        output.reshape(rows, heads, width, -1),
        logsumexp.view(groups, rows, -1).transpose(0, 1).reshape(rows, heads, width),
    )


def _joined(
    first: torch.Tensor,
    first_logsumexp: torch.Tensor,
    second: torch.Tensor,
    second_logsumexp: torch.Tensor,
) -> torch.Tensor:
    """Attention over two sets of tokens from that over each of them."""
    share = torch.sigmoid(second_logsumexp - first_logsumexp)[..., None]
    return torch.lerp(first.to(share.dtype), second.to(share.dtype), share).to(first.dtype)


def is_enabled(model: Any) -> bool:
    """Returns whether the attention of a model regards prefixes."""
    return bool(library_model(model).config.get_text_config()._attn_implementation == NAME)


AttentionInterface.register(NAME, attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
