"""Error that the choice of prompts adds to differences of pairs and to weighted sums of them.

A prompt that favours the tuned model of one pair may favour that of another, so the pairs of a data
set covary through the prompts that they share. Prompts of different data sets are different ones.
This error is independent of that of items: variances add, and so do their degrees of freedom by
Welch and Satterthwaite.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.paired_study.joint_covariance import DatasetSeries
from analysis.stats.paired import Array
from analysis.stats.prompt_variance import excess_estimate, positive_part, prompt_variance
from analysis.stats.weighted_sums import Estimate, combine, welch_satterthwaite


@dataclass(frozen=True)
class PromptError:
    """Error of k differences that their prompts add.

    The estimated covariance need not be positive semidefinite. Making it so inflates the variance
    of each difference, the more the more pairs there are. Hence the variance of a sum is estimated
    from the covariance as it is, and cut at 0. `covariance` is for what needs a proper matrix.
    """

    excesses: tuple[Array, ...]
    """Estimated covariance that each population of prompts adds, shape (k, k), in squared
    points."""
    dfs: tuple[Array, ...]
    """Degrees of freedom of each variance in each population, shape (k,); inf where a difference
    does not depend on it."""

    @property
    def covariance(self) -> Array:
        """Of all populations together, shape (k, k), positive semidefinite."""
        return np.asarray(sum(positive_part(one) for one in self.excesses), dtype=float)

    def of_sum(self, weights: Array) -> Estimate:
        """The error of a weighted sum, as an estimate of 0.

        Args:
            weights: shape (k,).
        """
        variances = np.array([max(0.0, weights @ one @ weights) for one in self.excesses])
        dfs = np.array([one[weights != 0].min(initial=np.inf) for one in self.dfs])
        df = welch_satterthwaite(variances, dfs)
        return Estimate(0.0, float(np.sqrt(variances.sum())), df)

    def added(self, estimate: Estimate, weights: Array) -> Estimate:
        """An estimate for exactly these prompts as one for prompts like these.

        Args:
            estimate: weighted sum of the differences.
            weights: its weights, shape (k,).
        """
        of_prompts = self.of_sum(weights)
        return combine([estimate, of_prompts], [1.0, 1.0]) if of_prompts.se > 0 else estimate

    def of_sums(self, rows: Array) -> "PromptError":
        """The joint error of several weighted sums.

        Args:
            rows: weights of each sum, shape (sums, k).
        """
        return PromptError(
            tuple(np.asarray(rows @ one @ rows.T) for one in self.excesses),
            tuple(np.where(rows != 0, one, np.inf).min(axis=1, initial=np.inf) for one in self.dfs),
        )


def prompt_error(units: Sequence[DatasetSeries]) -> PromptError | None:
    """The error that prompts add to the units; None if each of them has one prompt.

    Args:
        units: scores of all pairs.
    """
    populations: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        if unit.prompts is not None:
            populations[unit.dataset, unit.population].append(index)
    if not populations:
        return None
    excesses, dfs = [], []
    for indices in populations.values():
        scores = [cells for index in indices if (cells := units[index].prompts) is not None]
        excess = np.zeros((len(units), len(units)))
        excess[np.ix_(indices, indices)] = excess_estimate(scores)
        df = np.full(len(units), np.inf)
        df[indices] = [prompt_variance(cells).df_prompts for cells in scores]
        excesses.append(excess)
        dfs.append(df)
    return PromptError(tuple(excesses), tuple(dfs))
