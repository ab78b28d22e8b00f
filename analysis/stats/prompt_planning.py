"""Planned comparison over several prompts: prompts and items together.

The error of the mean difference is that of the items plus the variance between prompts divided by
their number: SE^2 = SE_items^2 + sd^2 / K, with Welch and Satterthwaite's degrees of freedom.
More items shrink the first part only.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from analysis.number_format import significant
from analysis.stats.power import DEFAULT_TARGET, PowerTarget, minimum_detectable_difference
from analysis.stats.power_planning import MAX_ITEMS, Design, ExpectedError
from analysis.stats.prompt_cells import PromptDesign
from analysis.stats.weighted_sums import welch_satterthwaite
from clue.errors import ConfigError

CORRELATION = 0.5
"""Assumed correlation of an item's differences under two prompts."""
MOST_PROMPTS = 10_000
"""The search for a number of prompts that would suffice ends here."""
STEP = 1.25
"""Growth of the items from one step of the search to the next. The detectable difference may rise
again with the items, because its degrees of freedom fall; smaller steps miss fewer first ones."""


@dataclass(frozen=True)
class PlannedPrompts:
    """Items of a design, asked with several prompts that are a sample of prompts like these."""

    design: Design
    """Items under one prompt."""
    n_prompts: int
    """K, at least 2."""
    sd: float
    """Standard deviation of the true difference between prompts, in the unit of the score."""
    layout: PromptDesign = field(default="spread", kw_only=True)
    """`spread`: each item has one prompt; `crossed`: each item has every prompt."""
    correlation: float | None = field(default=None, kw_only=True)
    """Correlation of an item's differences under two prompts, beyond what prompts add to all items:
    1 if asking again tells nothing new of an item. It counts in a crossed layout only. None: 0.5,
    or the correlation within clusters if that is higher."""

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ConfigError: a number is out of range.
        """
        if self.n_prompts < 2:
            raise ConfigError(
                f"prompts {self.n_prompts}: at least 2; one has no error over prompts"
            )
        if not 0 <= self.sd < math.inf:
            raise ConfigError(f"prompt sd {significant(self.sd)}: must be a number of at least 0")
        if self.correlation is None:
            return
        if not self._least_correlation <= self.correlation <= 1:
            raise ConfigError(
                f"prompt correlation {significant(self.correlation)}: not a number from "
                f"{significant(self._least_correlation)}, the correlation within clusters, to 1"
            )

    @property
    def cluster_size(self) -> float:
        """Items per cluster."""
        return self.design.cluster_size

    @property
    def design_effect(self) -> float:
        """That of the items under one prompt."""
        return self.design.design_effect

    @property
    def icc(self) -> float:
        """That of the items under one prompt."""
        return self.design.icc

    @property
    def answers_per_item(self) -> int:
        """Number of answers of a model to each item.

        >>> from analysis.stats.power_planning import ContinuousDesign
        >>> PlannedPrompts(ContinuousDesign(sd=0.5), 10, 0.02, layout="crossed").answers_per_item
        10
        """
        return self.n_prompts if self.layout == "crossed" else 1

    @property
    def prompt_error(self) -> float:
        """Standard error that remains with any number of items.

        >>> from analysis.stats.power_planning import ContinuousDesign
        >>> PlannedPrompts(ContinuousDesign(sd=0.5), 16, 0.02).prompt_error
        0.005
        """
        return self.sd / math.sqrt(self.n_prompts)

    def error(self, items: float) -> ExpectedError:
        """Error over items and prompts.

        Crossed: of the variance of one answer, the part 1 - correlation is new under each prompt,
        so that K prompts leave 1 / K of it.

        >>> from analysis.stats.power_planning import ContinuousDesign
        >>> items = ContinuousDesign(sd=0.5)
        >>> for layout in ("spread", "crossed"):
        ...     error = PlannedPrompts(items, 10, 0.02, layout=layout).error(400)
        ...     print(layout, round(error.se, 5), round(error.df, 1))
        spread 0.02579 382.3
        crossed 0.01959 310.7
        """
        of_items = self.design.error(items)
        variances = np.array([of_items.se**2 * self._remaining, self.prompt_error**2])
        df = welch_satterthwaite(variances, np.array([of_items.df, self.n_prompts - 1]))
        return ExpectedError(float(variances.sum()) ** 0.5, df)

    def detectable(self, items: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Minimum detectable difference at the expected standard error over prompts.

        >>> from analysis.stats.power_planning import ContinuousDesign
        >>> round(PlannedPrompts(ContinuousDesign(sd=0.5), 10, 0.02).detectable(400), 4)
        0.0724
        """
        return minimum_detectable_difference(*self.error(items), target.power, target.alpha)

    def required(self, difference: float, target: PowerTarget = DEFAULT_TARGET) -> float:
        """Smallest number of items, in at least two clusters, that detects a difference.

        Raises:
            ConfigError: no number of items detects it with so few prompts.

        >>> from analysis.stats.power_planning import ContinuousDesign
        >>> round(PlannedPrompts(ContinuousDesign(sd=0.5), 10, 0.02).required(0.06), 1)
        600.0
        """
        items = fewest = 2 * self.cluster_size

        def excess(number: float) -> float:
            return self.detectable(number, target) - difference

        while excess(items) > 0:
            items *= STEP
            if items > MAX_ITEMS:
                raise ConfigError(self._too_few_prompts(difference, target))
        if items == fewest:
            return fewest
        return float(optimize.brentq(excess, items / STEP, items))

    @property
    def _least_correlation(self) -> float:
        icc = self.design.icc
        return 0.0 if math.isnan(icc) else max(0.0, icc)

    @property
    def _remaining(self) -> float:
        """Part of the items' error variance that the prompts leave."""
        if self.layout == "spread":
            return 1.0
        correlation = self.correlation
        if correlation is None:
            correlation = max(CORRELATION, self._least_correlation)
        averaged = (1 - correlation) * (1 - 1 / self.n_prompts)
        return max(1 / self.n_prompts, 1 - averaged / self.design_effect)

    def _too_few_prompts(self, difference: float, target: PowerTarget) -> str:
        problem = (
            f"no number of items detects a difference of {significant(difference)} with "
            f"{self.n_prompts} prompts and a standard deviation of {significant(self.sd)} "
            "between them"
        )
        for k in range(self.n_prompts + 1, MOST_PROMPTS):
            reach = sum(target.quantiles(k - 1)) * self.sd / k**0.5
            if reach < difference:
                return f"{problem}; plan at least {k} prompts (--prompts {k})"
        return f"{problem}; give a larger --difference, or check the unit of --prompt-sd"
