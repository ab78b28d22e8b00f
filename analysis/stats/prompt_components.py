"""Variance between prompts: share of prompts with a gain, number of prompts for an error."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import stats

from analysis.stats.clusters import ROUNDING
from analysis.stats.paired import Array, Interval
from analysis.stats.prompt_cells import PromptDesign
from analysis.stats.prompt_variance import PromptVariance

DRAWS = 9_999
"""Draws of the parametric bootstrap of a share."""


@dataclass(frozen=True)
class PromptComponents:
    """Components of the variance of one prompt's difference, in the squared unit of the score.

    The difference d_p of prompt p is the mean over all prompts, plus the prompt's own deviation
    (variance `between`), plus an error of its own (`own`), plus an error that all prompts share
    (`common`), because they are asked about the same clusters.
    """

    design: PromptDesign
    n_prompts: int
    """K."""
    between: float
    """Variance of the true difference between prompts."""
    own: float
    """Error variance of one prompt's mean difference that no other prompt shares."""
    common: float
    """Error variance that all prompts share."""
    of_clusters: float
    """Squared standard error of the mean difference with fixed prompts."""
    concentration: float
    """Sum of the squared shares of the prompts in the items; 1 / K if they have equally many."""

    @classmethod
    def of(cls, variance: PromptVariance) -> "PromptComponents":
        """Divides the variances of the mean by the concentration of the prompts.

        >>> from analysis.stats.prompt_cells import PromptCells
        >>> from analysis.stats.prompt_variance import prompt_variance
        >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
        >>> found = PromptComponents.of(prompt_variance(cells))
        >>> found.between, found.own, round(found.common, 6)
        (2.0, 0.0, 1.0)
        """
        return cls(
            design=variance.design,
            n_prompts=variance.n_prompts,
            between=variance.excess / variance.concentration,
            own=variance.of_blocks / variance.concentration,
            common=variance.common,
            of_clusters=variance.of_clusters,
            concentration=variance.concentration,
        )

    @property
    def sd(self) -> float:
        """Standard deviation of the true difference between prompts, in the unit of the score."""
        return math.sqrt(self.between)

    def share_better(self, delta: float) -> float:
        """Share of prompts on which the tuned model is better, if their differences are normal.

        Args:
            delta: mean difference over prompts.

        >>> found = PromptComponents("crossed", 5, 4.0, 1.0, 1.0, 1.2, 0.2)
        >>> round(found.share_better(2.0), 4), round(found.share_better(0.0), 4)
        (0.8413, 0.5)
        """
        return float(_share(np.array([delta]), np.array([self.between]))[0])

    def share_interval(
        self, delta: float, rng: Generator, draws: int = DRAWS, level: float = 0.95
    ) -> Interval:
        """Interval of `share_better` by a parametric bootstrap.

        A draw has a variance between the differences of the prompts, S^2 (K - 1) / chi^2 with K - 1
        degrees of freedom, and a mean with the error that follows from it; the own error is
        subtracted from the variance. A variance that is drawn around S^2 instead, as a sample would
        be, gives intervals that cover 87 % with five prompts. Draws without a variance left count
        as 0 or 1, so the interval often ends there if prompts differ little.

        Args:
            delta: mean difference over prompts.
            rng: source of the draws.
            draws: number of draws.
            level: confidence level.

        >>> found = PromptComponents("crossed", 5, 4.0, 1.0, 1.0, 1.2, 0.2)
        >>> low, high = found.share_interval(2.0, np.random.default_rng(0))
        >>> low < found.share_better(2.0) < high
        True
        """
        df = self.n_prompts - 1
        variances = (self.between + self.own) * df / rng.chisquare(df, draws)
        errors = np.sqrt(self.common + variances * self.concentration)
        deltas = delta + errors * rng.standard_normal(draws)
        shares = _share(deltas, np.maximum(variances - self.own, 0.0))
        low, high = np.quantile(shares, [(1 - level) / 2, (1 + level) / 2])
        return Interval(float(low), float(high))

    def prompts_for(self, se: float) -> int | None:
        """Number of prompts, on the same items, that gives a wanted standard error.

        In a crossed design more prompts also average the own errors: (between + own) / K + common.
        In a spread design they do not, as each prompt gets fewer items: between / K + SE^2 with
        fixed prompts.

        Args:
            se: wanted standard error of the mean difference over prompts.

        Returns:
            At least 2, since one prompt has no variance; None if no number reaches it, because the
            error of the clusters alone is larger.

        >>> found = PromptComponents("crossed", 5, 4.0, 1.0, 1.0, 1.2, 0.2)
        >>> found.prompts_for(1.25), found.prompts_for(1.0)
        (9, None)
        """
        crossed = self.design == "crossed"
        divided = self.between + (self.own if crossed else 0.0)
        left = se**2 - (self.common if crossed else self.of_clusters)
        return max(2, math.ceil(divided / left * (1 - ROUNDING))) if left > 0 else None


def _share(deltas: Array, variances: Array) -> Array:
    """Normal probability of a value above 0, shape (k,); 0, 1/2 or 1 without a variance."""
    sd = np.sqrt(variances)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(sd > 0, deltas / sd, np.sign(deltas) * np.inf)
    return np.asarray(stats.norm.cdf(np.where(deltas == 0, 0.0, ratios)), dtype=float)
