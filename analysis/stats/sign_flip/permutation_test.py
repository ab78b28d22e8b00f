"""The sign-flip test of one series, from all sign patterns or from random ones."""

from dataclasses import dataclass

import numpy as np

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array
from analysis.stats.sign_flip import tails

ENUMERABLE = 20
"""Clusters up to which all sign patterns are counted."""


@dataclass(frozen=True)
class SignFlip:
    """A sign-flip test; no p-value is ever 0."""

    p: float
    """Two-sided; 1 if all sums are zero."""
    p_greater: float
    """One-sided, small where tuned gained."""
    p_less: float
    """One-sided, small where tuned declined."""
    exact: bool
    """All sign patterns are counted, so no random number is in the p-values."""
    flips: int
    """Patterns drawn or enumerated; 0 if their law was convolved instead."""
    informative: int
    """Clusters whose sum is not zero."""
    min_attainable: float
    """The smallest two-sided p that as many informative clusters could give."""


def exact(sums: Array, grain: float | None) -> SignFlip | None:
    """By convolution or enumeration; None if there are too many clusters."""
    if grain is not None:
        whole = tails.steps(sums, grain)
        if tails.convolvable(whole):
            return _counted(tails.convolved(whole), whole[whole != 0].astype(float), flips=0)
    informative = _informative(sums)
    if len(informative) > ENUMERABLE:
        return None
    return _counted(tails.enumerated(informative), informative, flips=1 << len(informative))


def _counted(tail: tails.Tail, informative: Array, flips: int) -> SignFlip:
    observed = float(informative.sum())
    return SignFlip(
        p=min(1.0, 2 * tail(abs(observed))),
        p_greater=tail(observed),
        p_less=tail(-observed),
        exact=True,
        flips=flips,
        informative=len(informative),
        min_attainable=_smallest(len(informative)),
    )


def random(sums: Array, flipped: Array) -> SignFlip:
    """From the sums of the flipped clusters: a flip takes twice that off the total."""
    total, slack, draws = float(sums.sum()), ROUNDING * float(np.abs(sums).sum()), len(flipped)
    gain, loss = (int((sign * flipped <= slack).sum()) for sign in (1, -1))
    beyond = int((np.sign(total) * flipped >= abs(total) - slack).sum())
    extreme = min((gain if total > 0 else loss) + beyond, draws) if abs(total) > slack else draws
    informative = len(_informative(sums))
    return SignFlip(
        p=(extreme + 1) / (draws + 1),
        p_greater=(gain + 1) / (draws + 1),
        p_less=(loss + 1) / (draws + 1),
        exact=False,
        flips=draws,
        informative=informative,
        min_attainable=max(_smallest(informative), 1 / (draws + 1)),
    )


def _informative(sums: Array) -> Array:
    """Sums that are not zero, nor the rounding error of differences that cancel out."""
    size = np.abs(sums)
    return np.asarray(sums[size > ROUNDING * size.max(initial=0.0)], dtype=float)


def _smallest(informative: int) -> float:
    """The two-sided p of data that all agree in sign."""
    return tails.positive(min(1.0, 2 * 0.5**informative))
