"""Sign-flip test of one series, from all sign patterns or from random ones."""

from dataclasses import dataclass

import numpy as np

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array
from analysis.stats.sign_flip import tails

ENUMERABLE = 20
"""Largest number of clusters of which all sign patterns are enumerated."""


@dataclass(frozen=True)
class SignFlip:
    """Result of a sign-flip test; no p-value is ever 0."""

    p: float
    """Two-sided; 1 if all sums are zero."""
    p_greater: float
    """One-sided, small if tuned gained."""
    p_less: float
    """One-sided, small if tuned declined."""
    exact: bool
    """All sign patterns are counted, so the p-values involve no random number."""
    flips: int
    """Patterns drawn or enumerated; 0 if their distribution was convolved instead."""
    informative: int
    """Clusters whose sum is not zero."""
    min_attainable: float
    """The smallest two-sided p that as many informative clusters could give."""


def exact(sums: Array, step_size: float | None) -> SignFlip | None:
    """Exact test by convolution or enumeration; None if there are too many clusters.

    >>> test = exact(np.array([1.0, 2.0, 3.0]), step_size=None)
    >>> test.p, test.p_greater, test.p_less
    (0.25, 0.125, 1.0)
    """
    if step_size is not None:
        steps = tails.steps(sums, step_size)
        if tails.convolvable(steps):
            return _from_tail(tails.convolved(steps), steps[steps != 0].astype(float), flips=0)
    informative = _informative(sums)
    if len(informative) > ENUMERABLE:
        return None
    return _from_tail(tails.enumerated(informative), informative, flips=1 << len(informative))


def _from_tail(tail: tails.Tail, informative: Array, flips: int) -> SignFlip:
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
    """Test from sums of randomly flipped clusters.

    A flip subtracts twice the sum of the flipped clusters from the total.

    Args:
        sums: of the clusters, shape (G,).
        flipped: sums over random subsets of the clusters, shape (B,).

    >>> random(np.array([1.0, 2.0, 3.0]), flipped=np.array([1.0, 3.0, 6.0])).p
    0.5
    """
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
    """Sums that are neither zero nor the rounding error of differences that cancel out."""
    size = np.abs(sums)
    return np.asarray(sums[size > ROUNDING * size.max(initial=0.0)], dtype=float)


def _smallest(informative: int) -> float:
    """Two-sided p of data that all agree in sign."""
    return tails.nonzero_p(min(1.0, 2 * 0.5**informative))
