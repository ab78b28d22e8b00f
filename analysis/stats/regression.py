"""Slope of differences on a property of their items, robust to clusters (CR2, Satterthwaite).

Least squares with an intercept. In whitened coordinates (Z'Z = 1) each cluster needs two by two
matrices only, so no matrix has the size of the items. Source: Bell and McCaffrey 2002; Pustejovsky
and Tipton 2018. Without a property it is the mean of `clue.cluster_robust`.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.stats.clusters import NAN, ROUNDING
from analysis.stats.paired import Array
from analysis.stats.weighted_sums import Estimate


class _Whitened(NamedTuple):
    """A design whose columns are orthonormal over all items."""

    rows: Array
    """Z, shape (n, 2)."""
    slope: Array
    """Weights of its two coefficients in the slope, shape (2,)."""


def slope(y: Array, x: Array, clusters: NDArray[np.intp]) -> Estimate:
    """Slope of y on x by least squares, with the CR2 standard error of whole clusters.

    Args:
        y: differences of items, shape (n,).
        x: a property of the items, shape (n,).
        clusters: cluster number of each item, 0 to G - 1, shape (n,).

    Returns:
        Change of y per unit of x. nan where the property does not vary; the error is nan where one
        cluster alone determines the slope or the intercept.

    >>> found = slope(np.array([0.0, 1.0, 1.0, 3.0]), np.arange(4.0), np.arange(4))
    >>> round(found.delta, 3), round(found.se, 3), round(found.df, 2)
    (0.9, 0.242, 1.51)
    """
    spread = x - x.mean()
    scale = float(np.sqrt((spread**2).sum()))
    if scale <= ROUNDING * float(np.abs(x).max(initial=0.0)):
        return Estimate(NAN, NAN, NAN)
    n = len(y)
    design = _Whitened(
        np.column_stack([np.full(n, n**-0.5), spread / scale]), np.array([0.0, 1 / scale])
    )
    coefficients = design.rows.T @ y
    residuals = y - design.rows @ coefficients
    residuals[np.abs(residuals) <= ROUNDING * float(np.abs(y).max())] = 0.0
    se, df = _error(design, residuals, clusters)
    return Estimate(float(design.slope @ coefficients), se, df)


def _error(design: _Whitened, residuals: Array, clusters: NDArray[np.intp]) -> tuple[float, float]:
    """CR2 standard error of the slope and its Satterthwaite degrees of freedom."""
    count = int(clusters.max()) + 1
    rows = design.rows
    scores, leverage = np.zeros((count, 2)), np.zeros((count, 2, 2))
    np.add.at(scores, clusters, rows * residuals[:, None])
    np.add.at(leverage, clusters, rows[:, :, None] * rows[:, None, :])
    values, vectors = np.linalg.eigh(leverage)
    left = 1 - values
    determined = left <= ROUNDING**0.5
    """Directions that one cluster determines alone: no residual is left in them."""
    if determined.any():
        return NAN, NAN
    adjustment = (vectors * left[:, None, :] ** -0.5) @ vectors.transpose(0, 2, 1)
    weights = adjustment @ design.slope
    variance = float((np.einsum("gp,gp->g", weights, scores) ** 2).sum())
    return variance**0.5, _degrees(weights, leverage)


def _degrees(weights: Array, leverage: Array) -> float:
    """Satterthwaite degrees of freedom if items are independent with one variance.

    Args:
        weights: adjusted weights of each cluster's scores, shape (G, 2).
        leverage: Z'Z of each cluster, shape (G, 2, 2).
    """
    projected = np.einsum("gpq,gq->gp", leverage, weights)
    own = np.einsum("gp,gp->g", weights, projected)
    shared = np.einsum("gp,gp->g", projected, projected)
    total = float((own - shared).sum())
    squares = float((own**2 - 2 * own * shared).sum() + ((projected.T @ projected) ** 2).sum())
    return total**2 / squares if squares > 0 else NAN
