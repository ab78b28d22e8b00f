"""Levels and the overall score of every pair: weighted sums of its differences by data set.

Where items are asked with a population of prompts, the sums are for prompts like these: their
errors include the variance between prompts. The differences by data set are for exactly these.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from analysis.paired_study.joint_covariance import DatasetSeries, joint_covariance
from analysis.paired_study.prompt_error import PromptError, prompt_error
from analysis.stats.clusters import NAN, Robust
from analysis.stats.comparison import Comparison, Options
from analysis.stats.fields import equivalence_fields, standard_error_fields
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate, combine

Weights = Mapping[str, float]
"""Of data sets in a level."""


@dataclass(frozen=True)
class DatasetComparison:
    """A pair's score on one data set, with its comparison."""

    unit: DatasetSeries
    comparison: Comparison

    @property
    def estimate(self) -> Estimate | None:
        """Difference that enters a weighted sum; None without a standard error."""
        comparison = self.comparison
        if comparison.se_cr2 is None or comparison.df is None:
            return None
        return Estimate(comparison.delta, comparison.se_cr2, comparison.df)


@dataclass(frozen=True)
class Levels:
    """Data-set scores of all pairs in one analysis, with their joint error."""

    comparisons: Sequence[DatasetComparison]
    estimates: Sequence[Estimate]
    covariance: Array
    """Of the estimates for exactly these prompts, shape (k, k)."""
    prompts: PromptError | None = None
    """Error that prompts add; None if one prompt asks all items."""

    @classmethod
    def of(cls, comparisons: Sequence[DatasetComparison]) -> "Levels":
        """From the comparisons of all pairs; those without a standard error are left out."""
        usable = [(one, one.estimate) for one in comparisons if one.estimate]
        members = [comparison for comparison, _ in usable]
        estimates = [estimate for _, estimate in usable if estimate]
        units = [member.unit for member in members]
        return cls(members, estimates, joint_covariance(units), prompt_error(units))

    def complete(self, weights: Weights) -> list[str]:
        """Pairs that have every data set of a level, sorted."""
        datasets_of: dict[str, set[str]] = {}
        for one in self.comparisons:
            datasets_of.setdefault(one.unit.pair, set()).add(one.unit.score)
        return sorted(pair for pair, datasets in datasets_of.items() if set(weights) <= datasets)

    def estimate(self, pair: str, weights: Weights) -> Estimate:
        """A pair's difference in a level, in points."""
        return self._combined(self._row(pair, weights))

    def fixed(self, pair: str, weights: Weights) -> Estimate:
        """The same for exactly these prompts."""
        return self._for_these_prompts(self._row(pair, weights))

    def contrast(self, first: str, second: str, weights: Weights) -> Estimate:
        """First pair's difference in a level minus the second's, in points."""
        return self._combined(self._row(first, weights) - self._row(second, weights))

    def joint(self, pairs: Sequence[str], weights: Weights, others: Weights | None = None) -> Array:
        """Error covariance of the pairs' differences in a level, shape (pairs, pairs).

        Args:
            pairs: names, of the rows and of the columns.
            weights: of the level of the rows.
            others: of the level of the columns; None: the same level.
        """
        rows, columns = (self._rows(pairs, one) for one in (weights, others or weights))
        joint = self.covariance
        if self.prompts is not None:
            joint = joint + self.prompts.covariance
        return np.asarray(rows @ joint @ columns.T)

    def joint_fixed(self, pairs: Sequence[str], weights: Weights) -> Array:
        """Error covariance for exactly these prompts, shape (pairs, pairs)."""
        rows = self._rows(pairs, weights)
        return np.asarray(rows @ self.covariance @ rows.T)

    def joint_prompts(self, pairs: Sequence[str], weights: Weights) -> PromptError | None:
        """Error that prompts add to the pairs' differences in a level."""
        return self.prompts and self.prompts.of_sums(self._rows(pairs, weights))

    def comparison(
        self, pair: str, weights: Weights, estimate: Estimate, options: Options
    ) -> Comparison:
        """A pair's `estimate` of a level as a comparison; fields that a sum lacks are None."""
        members = [self.comparisons[index] for index in self._rows_of_pair[pair]]
        parts = {one.unit.score: one.comparison for one in members if one.unit.score in weights}
        n, clusters = (sum(getattr(p, x) for p in parts.values()) for x in ("n", "n_clusters"))
        robust = Robust(estimate.delta, n, clusters, NAN, NAN, estimate.se, estimate.df, NAN)
        values = standard_error_fields(robust) | equivalence_fields(robust, options)
        for name in ("mean_base", "mean_tuned"):
            values[name] = sum(w * getattr(parts[dataset], name) for dataset, w in weights.items())
        defined = {name: value for name, value in values.items() if not _is_nan(value)}
        blank = dict.fromkeys(field.name for field in fields(Comparison))
        counts = {"n": n, "n_clusters": clusters, "clustered": True, "alpha": options.alpha}
        if not estimate.se > 0:
            counts["refused"] = "the difference is the same in all clusters of all tasks"
        return Comparison(**{**blank, **defined, **counts})

    def _combined(self, row: Array) -> Estimate:
        estimate = self._for_these_prompts(row)
        return estimate if self.prompts is None else self.prompts.added(estimate, row)

    def _for_these_prompts(self, row: Array) -> Estimate:
        used = np.flatnonzero(row)
        parts = [self.estimates[index] for index in used]
        return combine(parts, row[used], self.covariance[np.ix_(used, used)])

    def _rows(self, pairs: Sequence[str], weights: Weights) -> Array:
        rows = np.array([self._row(pair, weights) for pair in pairs])
        return rows.reshape(len(pairs), len(self.comparisons))

    def _row(self, pair: str, weights: Weights) -> Array:
        row = np.zeros(len(self.comparisons))
        for index in self._rows_of_pair[pair]:
            row[index] = weights.get(self.comparisons[index].unit.score, 0.0)
        return row

    @cached_property
    def _rows_of_pair(self) -> dict[str, list[int]]:
        """Pair to the indices of its comparisons."""
        rows: dict[str, list[int]] = defaultdict(list)
        for index, one in enumerate(self.comparisons):
            rows[one.unit.pair].append(index)
        return rows


def minus(first: Weights, second: Weights) -> dict[str, float]:
    """Weights of the first level minus the second, in the order of their names.

    >>> minus({"a": 0.5, "b": 0.5}, {"b": 0.5, "c": 0.5})
    {'a': 0.5, 'b': 0.0, 'c': -0.5}
    """
    names = sorted({*first, *second})
    return {name: first.get(name, 0.0) - second.get(name, 0.0) for name in names}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
