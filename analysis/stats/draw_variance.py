"""Share of an error that comes from sampling answers, and draws that are worth their price.

The variance of a mean difference has two parts: other items, and other answers to the same
prompts. The second part is estimated from the draws of each prompt and shrinks with their number;
the first does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array

Codes = NDArray[np.intp]
WORTH = 0.05
"""Change of the interval below which more draws are not worth their price."""


@dataclass(frozen=True)
class DrawVariance:
    """Variance of a mean over items, split into that of items and that of draws."""

    within: float
    """Mean variance between the draws of a prompt, s2_w, in squared units of the score."""
    present: float
    """Part of `variance` that the present draws cause."""
    one_draw: float
    """The same part with one draw of each prompt."""
    variance: float
    """Squared standard error of the mean, cluster-robust if items are clustered."""

    @property
    def share(self) -> float:
        """Share of the squared standard error that is sampling, 0 to 1.

        With n draws of each of N independent items it is (s2_w / n) / variance of item means.
        """
        return min(1.0, self.present / self.variance) if self.variance > 0 else 0.0

    def error(self, draws: float) -> float:
        """Expected standard error with another number of draws of each prompt.

        SE(n)^2 = V - s2_w / (N n0) + s2_w / (N n) for N items with n0 draws now. The part of the
        items counts as 0 where its estimate is negative.

        Args:
            draws: n; `math.inf` gives the part that no number of draws removes.

        >>> parts = DrawVariance(within=4.0, present=0.02, one_draw=0.04, variance=0.1)
        >>> [round(parts.error(n) ** 2, 3) for n in (1, 2, 4, float("inf"))]
        [0.12, 0.1, 0.09, 0.08]
        """
        return sqrt(max(0.0, self.variance - self.present) + self.one_draw / draws)

    def enough(self, change: float = WORTH) -> int | None:
        """Smallest number of draws beyond which any more change the interval by less than this.

        Args:
            change: relative change of the standard error, above 0 and below 1.

        Returns:
            None: the items add no error that is told from 0, so every draw helps.

        >>> DrawVariance(within=4.0, present=0.02, one_draw=0.04, variance=0.1).enough()
        5
        """
        items = max(0.0, self.variance - self.present)
        if not self.one_draw:
            return 1
        if not items:
            return None
        kept = (1 - change) ** 2
        return floor(kept * self.one_draw / (items * (1 - kept))) + 1


def draw_variance(
    series: Sequence[Array], prompts: Codes, weights: Array, se: float
) -> DrawVariance | None:
    """Splits the squared standard error of a mean.

    Args:
        series: values of each answer, shape (m,) each. Their variances between the draws of a
            prompt add up: the difference of two models whose draws are coupled, or both models'
            scores where they are independent.
        prompts: number of each answer's prompt, 0 to P - 1, shape (m,).
        weights: of the answers in the mean, equal for the draws of a prompt, shape (m,).
        se: standard error of the mean.

    Returns:
        None if no prompt has two draws. A prompt with one draw has the mean variance of the others.

    >>> scores = np.array([0.0, 1.0, 2.0, 4.0])
    >>> draw_variance([scores], np.array([0, 0, 1, 1]), np.full(4, 0.25), 1.0).within
    1.25
    """
    counts = np.bincount(prompts)
    several = counts > 1
    if not several.any():
        return None
    variances = np.zeros(len(counts))
    for values in series:
        deviations = values - (np.bincount(prompts, values) / counts)[prompts]
        variances += np.bincount(prompts, deviations**2) / np.maximum(counts - 1, 1)
    squares = np.bincount(prompts, weights) ** 2
    within = float(squares[several] @ variances[several] / squares[several].sum())
    variances[~several] = within
    return DrawVariance(
        within,
        float(squares @ (variances / counts)),
        float(squares @ variances),
        se**2,
    )
