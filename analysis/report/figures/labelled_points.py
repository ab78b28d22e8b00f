"""Parts of figures with a point per model or pair: names at the side, joint 95 % regions."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from scipy import stats
from scipy.optimize import isotonic_regression

from analysis.report.figures.text_width import shortened
from analysis.report.figures.theme import SMALLEST, Theme
from analysis.stats.paired import Array

LABEL_HEIGHT = 0.155
"""Distance of the names at the side, in inches."""
Point = tuple[float, float]


def joint_region(centre: Point, covariance: Array, colour: str) -> Ellipse:
    """Joint 95 % region of two differences.

    A normal distribution approximates the two t distributions, whose degrees of freedom differ.

    Args:
        centre: both differences.
        covariance: of their errors, shape (2, 2).
        colour: of the edge.
    """
    values, vectors = np.linalg.eigh(covariance)
    radii = np.sqrt(float(stats.chi2.ppf(0.95, 2)) * np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    width, height = 2 * float(radii[1]), 2 * float(radii[0])
    return Ellipse(centre, width, height, angle=angle, fill=False, edgecolor=colour, lw=0.7, ls=":")


def side_labels(
    ax: Axes, points: Mapping[str, Point], height: float, theme: Theme, room: float
) -> None:
    """Writes the names at the side in the vertical order of the points, each with a leader line.

    Args:
        ax: with the points.
        points: name to position.
        height: of the axes, in inches.
        theme: colours.
        room: inches for the names; longer ones are shortened.
    """
    low, high = ax.get_ylim()
    ordered = sorted(points, key=lambda model: -points[model][1])
    heights = [(points[model][1] - low) / (high - low) for model in ordered]
    for model, label_y in zip(ordered, spread(heights, LABEL_HEIGHT / height), strict=True):
        ax.annotate(
            shortened(model, room, SMALLEST),
            points[model],
            (1.03, label_y),
            textcoords="axes fraction",
            va="center",
            color=theme.ink,
            fontsize=SMALLEST,
            arrowprops={
                "arrowstyle": "-",
                "color": theme.faint,
                "lw": 0.4,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
            annotation_clip=False,
        )


def spread(heights: Sequence[float], step: float) -> list[float]:
    """Returns the nearest positions (least squares) from 1 down to 0, at least a step apart.

    Args:
        heights: preferred positions, from the highest to the lowest.
        step: small enough that all fit.
    """
    offsets = step * np.arange(len(heights))
    fitted = isotonic_regression(np.asarray(heights) + offsets, increasing=False).x
    return list(np.clip(fitted, offsets[-1], 1.0) - offsets)
