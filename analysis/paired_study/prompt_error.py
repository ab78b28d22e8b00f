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
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.prompt_variance import error_over_prompts, excess_covariance, prompt_variance
from analysis.stats.weighted_sums import Estimate, combine


@dataclass(frozen=True)
class PromptError:
    """Error of k differences that their prompts add."""

    covariance: Array
    """Shape (k, k), in squared points; rows of differences with one prompt are 0."""
    dfs: Array
    """Degrees of freedom of each variance, shape (k,)."""

    def of_sum(self, weights: Array) -> Estimate:
        """The error of a weighted sum, as an estimate of 0.

        Args:
            weights: shape (k,).
        """
        errors = np.sqrt(np.diag(self.covariance))
        parts = [
            Estimate(0.0, float(se), float(df)) for se, df in zip(errors, self.dfs, strict=True)
        ]
        return combine(parts, weights, self.covariance)

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
        dfs = [self.of_sum(row).df for row in rows]
        return PromptError(np.asarray(rows @ self.covariance @ rows.T), np.array(dfs))

    def part(self, indices: Sequence[int]) -> "PromptError":
        """The error of some of the differences."""
        return PromptError(self.covariance[np.ix_(indices, indices)], self.dfs[list(indices)])


def prompt_error(units: Sequence[DatasetSeries]) -> PromptError | None:
    """The error that prompts add to the units; None if each of them has one prompt.

    Args:
        units: scores of all pairs.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        if unit.prompts is not None:
            groups[unit.dataset, unit.population].append(index)
    if not groups:
        return None
    joint = np.zeros((len(units), len(units)))
    dfs = np.full(len(units), np.inf)
    for indices in groups.values():
        scores = [cells for index in indices if (cells := units[index].prompts) is not None]
        joint[np.ix_(indices, indices)] = _excess(scores)
        dfs[indices] = [prompt_variance(cells).df_prompts for cells in scores]
    return PromptError(joint, dfs)


def _excess(scores: Sequence[PromptCells]) -> Array:
    """Covariance between prompts with the variance that each pair has on its own.

    The joint estimate is made positive semidefinite, which enlarges its diagonal by an amount that
    depends on the other pairs. Its correlations are used only, so that an error of one pair does
    not change with the pairs beside it. The price: correlations of small variances are uncertain.
    """
    joint = excess_covariance(scores)
    variances = np.diag(joint)
    scale = np.sqrt(np.outer(variances, variances))
    correlations = np.divide(joint, scale, out=np.zeros_like(joint), where=scale > 0)
    np.fill_diagonal(correlations, 1.0)
    own = np.sqrt([_own_excess(one) for one in scores])
    return np.asarray(correlations * np.outer(own, own))


def _own_excess(cells: PromptCells) -> float:
    """Squared error for prompts like these minus that for exactly these, not below 0."""
    variance = prompt_variance(cells)
    return max(0.0, error_over_prompts(variance).se ** 2 - variance.of_clusters)
