"""Variance components by restricted maximum likelihood (REML), boundary values included."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from analysis.meta.gls import Gls
from analysis.stats.paired import Array

STEPS = 200
HALVINGS = 50
RANGE = (1e-4, 10.0)
"""Smallest and largest positive grid value, in units of the variance of the data."""
CEILING = 1e4
"""Largest component that is searched, in units of the variance of the data."""
SMALL = 1e-11
"""Step length at which the search ends, in units of the variance of the data."""
ROUNDING = 1e-12
"""Apparent decrease of a likelihood that counts as rounding error."""


@dataclass(frozen=True)
class RemlFit:
    """A random-effects model at the maximum of the restricted likelihood."""

    gls: Gls
    """Fit with `phi` = sampling covariance + components."""
    tau2: Array
    """One variance per component, shape (m,); exactly 0 if the likelihood decreases from 0."""


def reml(
    y: Array,
    design: Array,
    sampling: Array,
    components: list[Array],
    start: Array | None = None,
) -> RemlFit:
    """Maximises the restricted likelihood of covariance `sampling` + sum of tau2_i * component_i.

    Newton's method within tau2 >= 0, from every peak of a coarse grid, because the likelihood of
    few estimates can have two maxima. Deterministic: no random numbers.

    Args:
        y: estimates, shape (k,).
        design: X, shape (k, p).
        sampling: V, shape (k, k), positive definite.
        components: matrices of shape (k, k).
        start: tau2 of similar data, shape (m,), as the only starting point; None: the grid.
    """
    scale = float(np.diag(sampling).mean() + _spread(y, design))
    scaled, within = y / np.sqrt(scale), sampling / scale

    def at(tau2: Array) -> Gls:
        phi = within + sum(t * k for t, k in zip(tau2, components, strict=True))
        return Gls(scaled, design, phi)

    starts = _peaks(at, len(components)) if start is None else [start / scale]
    maxima = [_climb(at, components, point) for point in starts]
    best = max(maxima, key=lambda tau2: at(tau2).fitness)
    phi = sampling + sum(scale * t * k for t, k in zip(best, components, strict=True))
    return RemlFit(Gls(y, design, phi), scale * best)


def score(at: Gls, components: list[Array]) -> Array:
    """Gradient of the restricted log-likelihood in the components, shape (m,)."""
    return np.array(
        [(at.residual @ k @ at.residual - (at.projection * k).sum()) / 2 for k in components]
    )


def information(at: Gls, components: list[Array]) -> Array:
    """Observed information of the components; expected information if that is not convex.

    Returns:
        Positive semi-definite matrix, shape (m, m); 0 for a component that the design explains.
    """
    products = [at.projection @ k for k in components]
    expected = np.array([[(a * b.T).sum() / 2 for b in products] for a in products])
    gradients = np.array([k @ at.residual for k in components])
    observed = gradients @ at.projection @ gradients.T - expected
    convex = np.linalg.eigvalsh(observed)[0] > ROUNDING * np.trace(expected)
    return observed if convex else expected


def _climb(at: Callable[[Array], Gls], components: list[Array], start: Array) -> Array:
    """Newton's method from one starting point; a step is halved until the likelihood rises."""
    tau2, here = start, at(start)
    for _ in range(STEPS):
        gradient = score(here, components)
        free = (tau2 > 0) | (gradient > 0)
        if not free.any():
            break
        step = np.zeros_like(tau2)
        curvature = information(here, [components[index] for index in np.flatnonzero(free)])
        step[free] = np.linalg.lstsq(curvature, gradient[free], rcond=None)[0]
        ahead = np.clip(tau2 + step, 0.0, CEILING)
        for _ in range(HALVINGS):
            there = at(ahead)
            if there.fitness >= here.fitness - ROUNDING:
                break
            step /= 2
            ahead = np.clip(tau2 + step, 0.0, CEILING)
        moved = float(np.abs(ahead - tau2).max())
        tau2, here = ahead, there
        if moved < SMALL:
            break
    return tau2


def _peaks(at: Callable[[Array], Gls], m: int) -> Array:
    """Local maxima of the likelihood on a grid, shape (peaks, m)."""
    steps = np.array([0.0, *np.geomspace(*RANGE, 16 // m)])
    grid = np.stack(np.meshgrid(*[steps] * m, indexing="ij"), axis=-1)
    fitness = np.apply_along_axis(lambda tau2: at(tau2).fitness, -1, grid)
    return np.asarray(grid[fitness == ndimage.maximum_filter(fitness, size=3, mode="nearest")])


def _spread(y: Array, design: Array) -> float:
    """Mean squared residual of the unweighted fit."""
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float((residual**2).mean())
