"""Line through estimates whose errors are known in both directions.

Least squares gives a slope that is too small if x has errors, by the share of the errors in the
variance of x. Here the known error covariances are taken off the sums of squares and products
(Fuller 1987, section 2.2; method of moments). Deming's form, which minimises weighted distances, is
the same if all scatter around the line is error; if pairs scatter beyond their errors, it
exaggerates the slope (docs/statistics.md). The interval is the jackknife over families.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.meta.factors import Factors
from analysis.meta.random_effects import MIN_FAMILIES, too_few_families
from analysis.stats.paired import Array, Interval
from clue import student_t

NAN = float("nan")
NO_SPREAD = "x varies between pairs no more than its errors do"


@dataclass(frozen=True)
class ErrorsInVariables:
    """A line, or the reason for its refusal."""

    n_pairs: int
    n_families: int
    slope: float = NAN
    """Change of y per unit of x, corrected for the errors of x."""
    intercept: float = NAN
    """y where x is 0."""
    ci95: Interval = Interval(NAN, NAN)  # noqa: RUF009  an immutable tuple
    """95 % interval of the slope: jackknife over families, t with one degree less than families."""
    reliability: float = NAN
    """Share of the variance of x that is not error: least squares would give this share of the
    slope."""
    refused: str | None = None


def errors_in_variables(
    x: Array, y: Array, joint: tuple[Array, Array], families: Sequence[str]
) -> ErrorsInVariables:
    """Fits a line to estimates with known errors.

    Args:
        x: estimates, shape (k,).
        y: estimates of the same pairs, shape (k,).
        joint: error covariance of x, and of x (rows) with y (columns), each of shape (k, k).
        families: family of each pair, shape (k,).

    Returns:
        Refused with fewer than 4 families, or if x varies no more than its errors do, with all
        families or without one of them.

    >>> x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    >>> line = errors_in_variables(x, 1 + 2 * x, (np.zeros((5, 5)), np.zeros((5, 5))), [*"abcde"])
    >>> round(line.slope, 9), round(line.intercept, 9), line.reliability
    (2.0, 1.0, 1.0)
    """
    codes = Factors.of(len(x), families).families
    number = int(codes.max()) + 1
    if number < MIN_FAMILIES:
        return ErrorsInVariables(len(x), number, refused=too_few_families(number))
    everything = np.full(len(x), True)
    slope = _slope(x, y, joint, everything)
    others = np.array([_slope(x, y, joint, codes != code) for code in range(number)])
    if np.isnan(slope) or np.isnan(others).any():
        return ErrorsInVariables(len(x), number, refused=NO_SPREAD)
    error = np.sqrt((number - 1) / number * ((others - others.mean()) ** 2).sum())
    reach = student_t.quantile(0.975, number - 1) * error
    return ErrorsInVariables(
        len(x),
        number,
        slope,
        float(y.mean() - slope * x.mean()),
        Interval(slope - reach, slope + reach),
        _spread(x, x, joint[0], everything) / _spread(x, x, 0 * joint[0], everything),
    )


def _slope(x: Array, y: Array, joint: tuple[Array, Array], chosen: NDArray[np.bool_]) -> float:
    """Slope through the chosen pairs; nan if x has no spread beyond its errors."""
    of_x = _spread(x, x, joint[0], chosen)
    return _spread(x, y, joint[1], chosen) / of_x if of_x > 0 else NAN


def _spread(x: Array, y: Array, error: Array, chosen: NDArray[np.bool_]) -> float:
    """Sum of products around the means, less what the errors contribute to it on average."""
    within = error[np.ix_(chosen, chosen)]
    products = (x[chosen] - x[chosen].mean()) @ (y[chosen] - y[chosen].mean())
    return float(products - (np.trace(within) - within.sum() / len(within)))
