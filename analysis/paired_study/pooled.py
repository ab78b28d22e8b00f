"""Differences of all pairs in a level, and the pooled means of them that answer the title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.meta import MetaAnalysis, RandomEffects, fixed_set, meta_analysis, random_effects
from analysis.meta.csv_input import Estimates
from analysis.meta.meta_analysis import estimate_as_dict
from analysis.paired_study.levels import Levels, Weights
from analysis.paired_study.prompt_error import PromptError
from analysis.sentences.pooled import InfluentialPair, answer
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate, welch_satterthwaite


@dataclass(frozen=True)
class PooledAnswer:
    """Primary analysis of all pairs of a level."""

    pairs: tuple[str, ...]
    families: tuple[str, ...]
    """Family of each pair."""
    meta: MetaAnalysis
    """Its fixed-set mean uses the degrees of freedom of the pairs."""
    influential: InfluentialPair | None
    """None with fewer than three pairs."""
    differences: "LevelDifferences"
    """What was pooled."""

    def sentences(self, level: str) -> list[str]:
        """The answer in words, a sentence or two each."""
        return answer(level, self.meta, self.influential)

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        members = {"pairs": list(self.pairs), "family_of_pair": list(self.families)}
        document = {**members, **self.meta.as_dict()}
        if self.influential:
            mean = estimate_as_dict(self.influential.mean)
            document["fixed_set_without"] = {"tuned": self.influential.tuned, **mean}
        return document


@dataclass(frozen=True)
class SensitivityAnswer:
    """Both means of all pairs of a level under a sensitivity analysis."""

    random_effects: RandomEffects
    fixed_set: Estimate

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        population = self.random_effects
        return {
            "k": population.n_pairs,
            "refused": population.refused,
            "mu": population.mu,
            "se_cr2": population.se_cr2,
            "df": population.df,
            "ci95": population.ci95,
            "p": population.p,
            "tau2": population.tau2,
            "fixed_set": estimate_as_dict(self.fixed_set),
        }


@dataclass(frozen=True)
class LevelDifferences:
    """Differences of all pairs that have every data set of a level."""

    pairs: tuple[str, ...]
    families: tuple[str, ...]
    """Family of each pair."""
    recipes: tuple[str, ...]
    """Training recipe of each pair."""
    fixed: tuple[Estimate, ...]
    """Difference of each pair, in points, for exactly these prompts."""
    fixed_covariance: Array
    """Their joint error covariance, shape (pairs, pairs)."""
    prompts: PromptError | None = None
    """Error that prompts add; None if one prompt asks all items."""

    @classmethod
    def of(
        cls,
        levels: Levels,
        weights: Weights,
        families: Mapping[str, str],
        recipes: Mapping[str, str] | None = None,
    ) -> "LevelDifferences":
        """Differences in one level, or in one contrast of data sets."""
        pairs = levels.complete(weights)
        return cls(
            tuple(pairs),
            tuple(families[pair] for pair in pairs),
            tuple((recipes or {}).get(pair, pair) for pair in pairs),
            tuple(levels.fixed(pair, weights) for pair in pairs),
            levels.joint_fixed(pairs, weights),
            levels.joint_prompts(pairs, weights),
        )

    def with_error(self) -> "LevelDifferences":
        """Leaves out pairs of identical scores: without an error they cannot be pooled."""
        indices = [index for index, estimate in enumerate(self.estimates) if estimate.se > 0]
        return LevelDifferences(
            tuple(self.pairs[index] for index in indices),
            tuple(self.families[index] for index in indices),
            tuple(self.recipes[index] for index in indices),
            tuple(self.fixed[index] for index in indices),
            self.fixed_covariance[np.ix_(indices, indices)],
            self.prompts and self.prompts.of_sums(np.eye(len(self.pairs))[indices]),
        )

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """Difference of each pair, in points, for prompts like these."""
        if self.prompts is None:
            return self.fixed
        units = np.eye(len(self.fixed))
        pairs = zip(self.fixed, units, strict=True)
        return tuple(self.prompts.added(estimate, unit) for estimate, unit in pairs)

    @cached_property
    def covariance(self) -> Array:
        """Their joint error covariance, shape (pairs, pairs)."""
        if self.prompts is None:
            return self.fixed_covariance
        return self.fixed_covariance + self.prompts.covariance

    @cached_property
    def y(self) -> Array:
        """Differences, shape (pairs,)."""
        return np.array([estimate.delta for estimate in self.fixed])

    def mean(self, chosen: Sequence[int] | None = None) -> Estimate:
        """Mean of exactly these pairs, or of the pairs with the chosen indices."""
        indices = list(range(len(self.pairs))) if chosen is None else list(chosen)
        dfs = np.array([estimate.df for estimate in self.fixed])
        covariance = self.fixed_covariance[np.ix_(indices, indices)]
        mean = fixed_set(self.y[indices], covariance, dfs[indices])
        if self.prompts is None:
            return mean
        weights = np.zeros(len(self.pairs))
        weights[indices] = 1 / len(indices)
        return self.prompts.added(mean, weights)

    def answer(self) -> PooledAnswer:
        """All analyses of the differences."""
        meta = meta_analysis(Estimates(self.y, self.covariance, self.families, self.recipes))
        meta = replace(
            meta,
            random_effects=self._with_prompt_df(meta.random_effects),
            crossed=meta.crossed and self._with_prompt_df(meta.crossed),
            fixed_set=self.mean(),
        )
        return PooledAnswer(self.pairs, self.families, meta, self._influential(), self)

    def _influential(self) -> InfluentialPair | None:
        indices = range(len(self.pairs))
        if len(indices) < 3:
            return None
        means = [self.mean([other for other in indices if other != index]) for index in indices]
        most = max(indices, key=lambda index: abs(means[index].delta - self.mean().delta))
        return InfluentialPair(self.pairs[most].partition(" - ")[0], means[most])

    def sensitivity_answer(self) -> SensitivityAnswer:
        """The two means only."""
        return SensitivityAnswer(self.population(), self.mean())

    def population(self) -> RandomEffects:
        """Mean of the population of pairs."""
        return self._with_prompt_df(random_effects(self.y, self.covariance, self.families))

    def _with_prompt_df(self, effects: RandomEffects) -> RandomEffects:
        """Takes degrees of freedom off for the variance between prompts, which few prompts give.

        The covariance of the pairs counts as known in a population of pairs. Its part that comes
        from K prompts is an estimate with K - 1 degrees of freedom. The price: its size is that in
        the plain mean of the pairs, not in the weighted one.
        """
        if self.prompts is None or effects.refused is not None:
            return effects
        of_prompts = self.prompts.of_sum(np.full(len(self.pairs), 1 / len(self.pairs)))
        shared = min(of_prompts.se, effects.se_cr2) ** 2
        variances = np.array([effects.se_cr2**2 - shared, shared])
        if shared == 0:
            return effects
        df = welch_satterthwaite(variances, np.array([effects.df, of_prompts.df]))
        return effects.with_df(min(effects.df, df))
