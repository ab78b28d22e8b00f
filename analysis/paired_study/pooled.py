"""The one number that answers the title question, for each level, and what is printed beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.meta import fixed_set, random_effects
from analysis.meta.csv_input import Estimates
from analysis.meta.document import document
from analysis.paired_study.levels import Levels, Weights
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate

BRIEF = ("refused", "mu", "se_cr2", "df", "ci95", "p", "tau2")


@dataclass(frozen=True)
class Pooled:
    """The differences of all pairs that have every data set of a level."""

    pairs: tuple[str, ...]
    families: tuple[str, ...]
    """Of each pair."""
    estimates: tuple[Estimate, ...]
    """Of each pair, in points."""
    covariance: Array
    """Joint error, shape (pairs, pairs)."""

    @classmethod
    def of(cls, levels: Levels, weights: Weights, families: Mapping[str, str]) -> "Pooled":
        """Of one level or one contrast of data sets."""
        pairs = levels.complete(weights)
        return cls(
            tuple(pairs),
            tuple(families[pair] for pair in pairs),
            tuple(levels.estimate(pair, weights) for pair in pairs),
            levels.joint(pairs, weights),
        )

    def uncertain(self) -> "Pooled":
        """Without pairs of identical scores, whose difference has no error to pool it by."""
        places = [place for place, each in enumerate(self.estimates) if each.se > 0]
        return Pooled(
            tuple(self.pairs[place] for place in places),
            tuple(self.families[place] for place in places),
            tuple(self.estimates[place] for place in places),
            self.covariance[np.ix_(places, places)],
        )

    @cached_property
    def y(self) -> Array:
        """Differences, shape (pairs,)."""
        return np.array([each.delta for each in self.estimates])

    def mean(self, chosen: Sequence[int] | None = None) -> Estimate:
        """Mean of exactly these pairs, or of those in some places."""
        places = list(range(len(self.pairs))) if chosen is None else list(chosen)
        dfs = np.array([each.df for each in self.estimates])
        return fixed_set(self.y[places], self.covariance[np.ix_(places, places)], dfs[places])

    def document(self) -> dict[str, Any]:
        """Everything that is said of them; the fixed-set mean with its degrees of freedom."""
        made = document(Estimates(self.y, self.covariance, self.families))
        members = {"pairs": list(self.pairs), "family_of_pair": list(self.families)}
        return {**members, **made, "fixed_set": of_estimate(self.mean())}

    def brief(self) -> dict[str, Any]:
        """The two means, for analyses that stand beside the primary one."""
        made = random_effects(self.y, self.covariance, self.families)
        found = {name: getattr(made, name) for name in BRIEF}
        return {"k": len(self.pairs), **found, "fixed_set": of_estimate(self.mean())}


def of_estimate(estimate: Estimate) -> dict[str, Any]:
    """An estimate with what follows from it."""
    return {
        "mu": estimate.delta,
        "se": estimate.se,
        "df": estimate.df,
        "ci95": list(estimate.interval()),
        "p": estimate.p,
    }
