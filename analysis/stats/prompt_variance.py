"""Error of a difference over clusters and prompts, both of them random.

The variance of the mean is V_clusters + V_prompts - V_blocks. Each V is a sum of squared CR2
influences: of clusters, of prompts, and of blocks (one cluster under one prompt), which the first
two count twice. V_prompts - V_blocks is the excess: the variance that prompts add.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.stats.clusters import Robust, influence, robust
from analysis.stats.paired import Array, Sums
from analysis.stats.prompt_cells import PromptCells, PromptDesign
from analysis.stats.weighted_sums import covariance, welch_satterthwaite


@dataclass(frozen=True)
class PromptVariance:
    """The three variances of the mean difference, in the squared unit of the score."""

    design: PromptDesign
    clusters: Robust
    """Of the item means: the prompts are fixed."""
    of_prompts: float
    """V_prompts; in a crossed design the sample variance of the prompts' differences over K."""
    of_blocks: float
    """V_blocks; in a crossed design the part of the error of the prompts' differences that they do
    not share, over K."""
    df_prompts: float
    """Degrees of freedom of V_prompts: K - 1 if prompts have equally many items, else fewer."""
    n_prompts: int
    """K."""
    concentration: float
    """Sum of the squared shares of the prompts in the items; 1 / K if they have equally many."""

    @property
    def excess(self) -> float:
        """Variance of the mean that prompts add, not below 0."""
        return max(0.0, self.of_prompts - self.of_blocks)

    @property
    def of_clusters(self) -> float:
        """V_clusters."""
        return self.clusters.se_cr2**2

    @property
    def common(self) -> float:
        """Error variance that the differences of all prompts have in common, not below 0."""
        return max(0.0, self.of_clusters - self.of_blocks)


def prompt_variance(cells: PromptCells) -> PromptVariance:
    """Computes the variances of clusters, prompts and blocks.

    Args:
        cells: of at least two prompts and two clusters.

    Raises:
        ValueError: there is one prompt or one cluster only.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
    >>> found = prompt_variance(cells)
    >>> found.of_prompts, found.of_blocks, round(found.of_clusters, 6)
    (1.0, 0.0, 1.0)
    """
    if cells.n_prompts < 2 or len(cells.cluster_names) < 2:
        raise ValueError("a variance between prompts needs two prompts and two clusters")
    over_prompts = cells.sums(cells.prompt_codes)
    prompts = robust(over_prompts)
    shares = over_prompts.sizes / over_prompts.n
    return PromptVariance(
        design=cells.design,
        clusters=robust(cells.paired.sums),
        of_prompts=prompts.se_cr2**2,
        of_blocks=float((_block_influences(cells) ** 2).sum()),
        df_prompts=prompts.df,
        n_prompts=cells.n_prompts,
        concentration=float((shares**2).sum()),
    )


def _block_influences(cells: PromptCells) -> Array:
    """Influence of each block on the mean difference, in the order of its code, shape (blocks,).

    In a crossed design a block's residual is taken from the difference of its own prompt and from
    the mean residual of its cluster, so that neither effect is in it. In a spread design most
    blocks are single items, and the residual is taken from the mean.
    """
    if cells.design == "spread":
        return influence(cells.sums(cells.block_codes))
    k = cells.n_prompts
    by_prompt = crossed_influences(cells)
    own = by_prompt - by_prompt.mean(axis=1, keepdims=True)
    return np.asarray(own.ravel() / (k * (k - 1)) ** 0.5, dtype=float)


def crossed_influences(cells: PromptCells) -> Array:
    """Influence of each cluster on the difference of each prompt, in a crossed design.

    Their products U'U are the error covariance of the prompts' differences, Sigma.

    Returns:
        Shape (G, K).
    """
    shape = (len(cells.cluster_names), cells.n_prompts)
    sums = np.bincount(cells.block_codes, cells.differences).reshape(shape)
    sizes = np.bincount(cells.block_codes).astype(float).reshape(shape)
    columns = [influence(Sums(*column)) for column in zip(sums.T, sizes.T, strict=True)]
    return np.stack(columns, axis=1)


class ErrorOverPrompts(NamedTuple):
    """Standard error of a mean over prompts and clusters, and its degrees of freedom."""

    se: float
    df: float


def error_over_prompts(variance: PromptVariance) -> ErrorOverPrompts:
    """Error of the mean difference where the prompts are a sample of prompts like these.

    Crossed: SE^2 = V_prompts + max(0, V_clusters - V_blocks), the error of Obuchowski and Rockette
    1995 for readers and cases, with the degrees of freedom of Hillis 2007. They are K - 1 at least,
    unless the clusters have fewer; they are never more than those of the clusters.
    Spread: SE^2 = V_clusters + max(0, V_prompts - V_blocks), with the degrees of freedom of Welch
    and Satterthwaite.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
    >>> error_over_prompts(prompt_variance(cells))
    ErrorOverPrompts(se=1.4142135623730951, df=1.0)
    """
    if variance.design == "spread":
        parts = np.array([variance.of_clusters, variance.excess])
        df = welch_satterthwaite(parts, np.array([variance.clusters.df, variance.df_prompts]))
        return ErrorOverPrompts(float(parts.sum()) ** 0.5, df)
    squared = variance.of_prompts + variance.common
    df = variance.clusters.df
    if variance.of_prompts > 0:
        hillis = (variance.n_prompts - 1) * (squared / variance.of_prompts) ** 2
        df = min(hillis, df)
    return ErrorOverPrompts(squared**0.5, df)


def excess_covariance(series: Sequence[PromptCells]) -> Array:
    """Covariance that prompts add to the mean differences of several pairs on one task.

    Added to the covariance of the same differences with fixed prompts, it gives the covariance
    over clusters and prompts. Series covary through the prompts that they have in common by name;
    prompts of different tasks need different names.

    The diagonal is the excess of each series, so that it is SE^2 over prompts minus SE^2 of fixed
    prompts wherever neither is truncated at 0. The matrix is an estimate: negative eigenvalues are
    set to 0, which changes the other entries a little, and always makes the diagonal larger.

    Args:
        series: of k pairs; a series with one prompt or one cluster has no excess.

    Returns:
        Shape (k, k), symmetric and positive semidefinite, in the squared unit of the score.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
    >>> excess_covariance([cells, cells]).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    return positive_part(excess_estimate(series))


def excess_estimate(series: Sequence[PromptCells]) -> Array:
    """The same before negative eigenvalues are set to 0: unbiased for every weighted sum.

    Args:
        series: as in `excess_covariance`.

    Returns:
        Shape (k, k), symmetric; the variance of a sum may come out negative.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 2, 0])
    >>> excess_estimate([cells]).round(6).tolist()
    [[1.0]]
    """
    parts = [_Parts.of(one) for one in series]
    over_prompts = covariance([one.prompts for one in parts], [one.names for one in parts])
    over_blocks = covariance([one.blocks for one in parts], [one.block_names for one in parts])
    return np.asarray(over_prompts - over_blocks)


class _Parts(NamedTuple):
    """Influences of one series with the names of their prompts and blocks."""

    prompts: Array
    names: tuple[str, ...]
    blocks: Array
    block_names: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, cells: PromptCells) -> "_Parts":
        if cells.n_prompts < 2 or len(cells.cluster_names) < 2:
            return cls(np.array([]), (), np.array([]), ())
        _, first = np.unique(cells.block_codes, return_index=True)
        return cls(
            influence(cells.sums(cells.prompt_codes)),
            cells.prompt_names,
            _block_influences(cells),
            tuple((cells.clusters[row], cells.prompts[row]) for row in first),
        )


def positive_part(matrix: Array) -> Array:
    """The matrix with 0 in the place of negative eigenvalues.

    >>> positive_part(np.diag([2.0, -1.0])).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T, dtype=float)
