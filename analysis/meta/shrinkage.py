"""Shrinkage of pair x task cells towards what the pairs and the tasks have in common.

Hierarchical normal model: y = mu + pair + task + cell + error, with the known covariance of the
errors, a flat prior on mu and half-t priors on the standard deviations (Gelman 2006). Given the
standard deviations the posterior of the cells is normal; over them it is integrated on a grid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.meta.cell_model import CellModel, HalfT
from analysis.meta.gls import as_covariance
from analysis.meta.normal_mixture import NormalMixture
from analysis.meta.sd_grid import SdAxis, located_axes, marginal, node_mass
from analysis.stats.paired import Array, Interval

PRIOR = HalfT(scale=5.0)
"""For differences in points (0 to 100). Half of its mass is below 3.8 points and 5 % above 15.9:
differences between biomedical models and their bases are of this size in the literature, and the
heavy tail gives way to data that differ more."""
CELL = "cell"
"""Name of the standard deviation of the cells around their groups."""


@dataclass(frozen=True)
class PosteriorSd:
    """Posterior of a standard deviation, in the unit of the estimates."""

    median: float
    interval: Interval
    """95 %."""


@dataclass(frozen=True)
class ShrunkenCells:
    """Posterior of k cells, in the unit of the estimates."""

    means: Array
    """Shape (k,)."""
    intervals: Sequence[Interval]
    """95 %, k of them."""
    p_decline: Array
    """Probability of a decline beyond the margin, shape (k,); nan without a margin."""
    mu: float
    mu_sd: float
    """Posterior mean and standard deviation of what all cells have in common."""
    sds: Mapping[str, PosteriorSd]
    """Group to its standard deviation; `cell` is that of the cells."""
    prior_effect: float
    """Largest change of a posterior mean if the scale of the prior is halved or doubled."""


def shrinkage(
    estimates: Sequence[float] | Array,
    sampling: Array,
    groups: Mapping[str, Sequence[str]],
    margins: Sequence[float] | Array | None = None,
    prior: HalfT = PRIOR,
) -> ShrunkenCells:
    """Posterior of cells that have groups in common, by quadrature over the standard deviations.

    The time grows with the cells times the square of the largest number of labels, besides one
    decomposition of the errors of each set of cells that share errors.

    Args:
        estimates: of k cells, at least 3.
        sampling: covariance of their errors, shape (k, k), or variances, shape (k,); known.
        groups: name of a group to the label of each cell, such as the pair and the task. A group
            with one label only, or with another label for each cell, has no standard deviation.
        margins: of each cell, positive; nan or None = no margin.
        prior: of every standard deviation.

    Raises:
        ValueError: fewer than 3 cells, or lengths that differ.

    >>> cells = shrinkage([1.0, 2.0, 9.0, 10.0], np.full(4, 4.0), {"pair": [*"aabb"]})
    >>> cells.means.round(1).tolist()
    [1.7, 2.1, 8.9, 9.3]
    """
    raw = np.asarray(estimates, dtype=float)
    centre = float(raw.mean())
    model = CellModel.of(raw - centre, as_covariance(sampling), groups, prior)
    axes = located_axes(
        lambda axes: model.log_posterior(axes, model.grid(axes, with_cells=False)),
        model.unit,
        model.largest,
        len(model.members),
    )
    grid = model.grid(axes, with_cells=True)
    log_posterior = model.log_posterior(axes, grid)
    mass = node_mass(log_posterior, axes)
    cells = _mixture(mass, *grid.cells(model.y, np.diag(model.sampling)))
    mu = _mixture(mass, *grid.mu)
    names = [name for name in (*groups, CELL) if name in (*model.members, CELL)]
    sds = _posterior_sds([*model.members, CELL], axes, mass)
    shown = cells.without_trivial_nodes()
    intervals = [Interval(low + centre, high + centre) for low, high in shown.intervals()]
    limits = np.full(len(raw), np.nan) if margins is None else np.asarray(margins, dtype=float)
    return ShrunkenCells(
        cells.mean() + centre,
        intervals,
        shown.below(-limits - centre),
        float(mu.mean()[0]) + centre,
        float(mu.sd()[0]),
        {name: sds[name] for name in names},
        _prior_effect(prior, axes, log_posterior, cells),
    )


def _mixture(mass: Array, means: Array, variances: Array) -> NormalMixture:
    """Joins means and variances of the nodes, whose first axis is the mass' last one."""
    return NormalMixture(
        _flat(mass), means.reshape(mass.size, -1), variances.reshape(mass.size, -1)
    )


def _flat(mass: Array) -> Array:
    """The mass in the order of the nodes of `CellGrid`."""
    return np.moveaxis(mass, -1, 0).ravel()


def _posterior_sds(
    names: Sequence[str], axes: Sequence[SdAxis], mass: Array
) -> dict[str, PosteriorSd]:
    posteriors = {}
    for number, (name, axis) in enumerate(zip(names, axes, strict=True)):
        low, median, high = axis.quantiles(marginal(mass, number), (0.025, 0.5, 0.975))
        posteriors[name] = PosteriorSd(median, Interval(low, high))
    return posteriors


def _prior_effect(
    prior: HalfT, axes: Sequence[SdAxis], log_posterior: Array, cells: NormalMixture
) -> float:
    """Largest change of a mean under half and double the scale, on the same grid."""
    likelihood = log_posterior - prior.log_density_at(axes)
    changes = []
    for factor in (0.5, 2.0):
        other = HalfT(factor * prior.scale, prior.df)
        mass = node_mass(likelihood + other.log_density_at(axes), axes)
        changes.append(np.abs(_flat(mass) @ cells.means - cells.mean()).max())
    return float(max(changes))
