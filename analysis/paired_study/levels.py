"""Levels and the overall score of every pair: weighted sums of its data sets' differences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from analysis.paired_study.joint_covariance import DatasetSeries, joint_covariance
from analysis.stats.clusters import NAN, Robust
from analysis.stats.comparison import Comparison, Options
from analysis.stats.fields import equivalences, errors
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate, combine
from clue.task.levels import OVERALL, Tree

Weights = Mapping[str, float]
"""Of data sets in a level."""


@dataclass(frozen=True)
class DatasetComparison:
    """A unit and what was found of it."""

    unit: DatasetSeries
    comparison: Comparison

    @property
    def estimate(self) -> Estimate | None:
        """What enters a sum; None if there is no error to enter it with."""
        made = self.comparison
        if made.se_cr2 is None or made.df is None:
            return None
        return Estimate(made.delta, made.se_cr2, made.df)


@dataclass(frozen=True)
class Levels:
    """Task scores of all pairs in one analysis, with their joint error."""

    measured: Sequence[DatasetComparison]
    estimates: Sequence[Estimate]
    covariance: Array
    """Of the measured units, shape (k, k)."""

    @classmethod
    def of(cls, measured: Sequence[DatasetComparison]) -> "Levels":
        """From the units of all pairs; those without an error take no part."""
        usable = [(each, each.estimate) for each in measured if each.estimate]
        kept = [each for each, _ in usable]
        estimates = [estimate for _, estimate in usable if estimate]
        return cls(kept, estimates, joint_covariance([each.unit for each in kept]))

    def complete(self, weights: Weights) -> list[str]:
        """Pairs that have every data set of a level, sorted."""
        have: dict[str, set[str]] = {}
        for each in self.measured:
            have.setdefault(each.unit.pair, set()).add(each.unit.dataset)
        return sorted(pair for pair, datasets in have.items() if set(weights) <= datasets)

    def estimate(self, pair: str, weights: Weights) -> Estimate:
        """A pair's difference in a level, in points."""
        row = self._row(pair, weights)
        used = np.flatnonzero(row)
        parts = [self.estimates[place] for place in used]
        return combine(parts, row[used], self.covariance[np.ix_(used, used)])

    def joint(self, pairs: Sequence[str], weights: Weights) -> Array:
        """Error covariance of the pairs' differences in a level, shape (pairs, pairs)."""
        rows = np.array([self._row(pair, weights) for pair in pairs])
        rows = rows.reshape(len(pairs), len(self.measured))
        return np.asarray(rows @ self.covariance @ rows.T)

    def comparison(
        self, pair: str, weights: Weights, made: Estimate, options: Options
    ) -> Comparison:
        """A pair's `estimate` of a level as a row; what a sum does not have is None."""
        parts = {
            each.unit.dataset: each.comparison
            for each in self.measured
            if each.unit.pair == pair and each.unit.dataset in weights
        }
        n, clusters = (sum(getattr(p, x) for p in parts.values()) for x in ("n", "n_clusters"))
        whole = Robust(made.delta, n, clusters, NAN, NAN, made.se, made.df, NAN)
        found = errors(whole) | equivalences(whole, options)
        for name in ("mean_base", "mean_tuned"):
            found[name] = sum(w * getattr(parts[dataset], name) for dataset, w in weights.items())
        known = {name: value for name, value in found.items() if not _nan(value)}
        blank = dict.fromkeys(field.name for field in fields(Comparison))
        said = {"n": n, "n_clusters": clusters, "clustered": True, "alpha": options.alpha}
        if not made.se > 0:
            said["refused"] = "the difference is the same in all clusters of all tasks"
        return Comparison(**{**blank, **known, **said})

    def _row(self, pair: str, weights: Weights) -> Array:
        return np.array(
            [
                weights.get(each.unit.dataset, 0.0) if each.unit.pair == pair else 0.0
                for each in self.measured
            ]
        )


def level_weights(tree: Tree) -> dict[str, dict[str, float]]:
    """Levels and overall as weights of data sets.

    A data set of several tasks is one unit here: its own mean is taken item by item.

    Args:
        tree: `clue.task.levels.tree`, parts before what they belong to.
    """
    found: dict[str, dict[str, float]] = {}
    for name in (*tree[OVERALL], OVERALL):
        weights: dict[str, float] = {}
        for part in tree[name]:
            for unit, weight in found.get(part, {part: 1.0}).items():
                weights[unit] = weights.get(unit, 0.0) + weight / len(tree[name])
        found[name] = weights
    return found


def _nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
