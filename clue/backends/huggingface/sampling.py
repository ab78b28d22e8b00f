"""Sampled tokens whose random numbers depend on the prompt, not on the batch.

A token is the one with the largest sum of its scaled logit and a Gumbel number, which draws it from
the softmax of the logits (Gumbel 1954; Maddison, Tarlow and Minka 2014). The number is a hash of
seed, prompt, draw, step and token: there is no state of a generator, so an answer is the same
alone, in any batch, and after an interruption. Two models with one vocabulary share the numbers,
which makes the difference between them more precise (Corvelo Benz et al., arXiv 2502.01754).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

_GOLDEN = 0x9E3779B97F4A7C15
_FACTORS = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_SHIFTS = 30, 27, 31
_BITS = 64
ROWS_AT_ONCE = 1
"""Rows that a processor computes together: one fits its cache, 64 take twice as long."""
_FRACTION = 52
"""Bits of a uniform number: with half a unit added it is exact, and never 0 or 1."""


def gumbel(
    keys: Sequence[int], steps: Sequence[int], tokens: int, device: str = "cpu"
) -> torch.Tensor:
    """Returns Gumbel numbers, float64, shape (rows, tokens).

    The mixer of splitmix64 (Steele, Lea and Flood 2014) is applied twice: to key and step, and to
    the result and the token.

    Args:
        keys: `draw_key` of each row, shape (rows,).
        steps: number of the token in each answer, shape (rows,).
        tokens: size of the vocabulary.
        device: where to compute; the numbers agree to the last bits of float64.
    """
    starts = [key + step * _GOLDEN for key, step in zip(keys, steps, strict=True)]
    mixed = _mixed(torch.tensor([_signed(start) for start in starts], device=device))
    counters = torch.arange(1, tokens + 1, device=device) * _signed(_GOLDEN)
    size = ROWS_AT_ONCE if device == "cpu" else len(starts)
    return torch.cat([_numbers(part[:, None] + counters) for part in torch.split(mixed, size)])


def _numbers(counters: torch.Tensor) -> torch.Tensor:
    bits = _shifted(_mixed(counters), _BITS - _FRACTION)
    uniform = bits.double().add_(0.5).mul_(2.0**-_FRACTION)
    return uniform.log_().neg_().log_().neg_()


def _mixed(state: torch.Tensor) -> torch.Tensor:
    """The mixer of splitmix64, in place; products of int64 wrap."""
    for shift, factor in zip(_SHIFTS, (*_FACTORS, 1), strict=True):
        state.bitwise_xor_(_shifted(state, shift)).mul_(_signed(factor))
    return state


def _shifted(state: torch.Tensor, bits: int) -> torch.Tensor:
    """A shift to the right that fills with zeros: that of int64 copies the sign."""
    return (state >> bits).bitwise_and_((1 << (_BITS - bits)) - 1)


def _signed(number: int) -> int:
    """The int64 with the same lowest 64 bits."""
    low = number & ((1 << _BITS) - 1)
    return low - (1 << _BITS) if low >> (_BITS - 1) else low


@dataclass(frozen=True)
class Sampler:
    """Choice of tokens by temperature and filters."""

    temperature: float
    top_p: float = 1.0
    top_k: int = 0

    def choose(
        self, logits: torch.Tensor, keys: Sequence[int], steps: Sequence[int]
    ) -> torch.Tensor:
        """Returns the token of each row, shape (rows,).

        Args:
            logits: shape (rows, vocabulary); computed in float32 at least.
            keys: `draw_key` of each row, shape (rows,).
            steps: number of the token in each answer, shape (rows,).
        """
        scaled = self.filtered(logits.float() / self.temperature)
        device = "cpu" if scaled.device.type == "mps" else str(scaled.device)  # no float64
        noise = gumbel(keys, steps, logits.shape[-1], device)
        return noise.add_(scaled.to(device)).argmax(-1)

    def filtered(self, scaled: torch.Tensor) -> torch.Tensor:
        """Returns logits with minus infinity for tokens that top-k or top-p leave out.

        Args:
            scaled: logits divided by the temperature, float32, shape (rows, vocabulary).
        """
        if self.top_k:
            least = scaled.topk(min(self.top_k, scaled.shape[-1])).values[:, -1:]
            scaled = scaled.masked_fill(scaled < least, -torch.inf)
        if self.top_p < 1:
            ordered, indices = scaled.sort(descending=True, stable=True)
            before = ordered.softmax(-1).cumsum(-1).roll(1, -1)
            before[:, 0] = 0  # the likeliest token always remains
            left_out = (before >= self.top_p).scatter(-1, indices, before >= self.top_p)
            left_out[torch.arange(len(scaled)), indices[:, 0]] = False
            scaled = scaled.masked_fill(left_out, -torch.inf)
        return scaled
