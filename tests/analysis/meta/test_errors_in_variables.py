"""The line with errors in both directions against slow code and against least squares."""

import numpy as np
import pytest

from analysis.meta.errors_in_variables import NO_SPREAD, errors_in_variables
from analysis.stats.paired import Array

FAMILIES = [*"aaabbbccdefg"]
K = len(FAMILIES)


def study(seed: int = 1, slope: float = 0.5, spread: float = 3.0) -> tuple[Array, Array, Array]:
    """Both differences of each pair, and their joint error, shape (2k, 2k)."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((2 * K, 2 * K)) / 5
    joint = root @ root.T
    truth = spread * rng.standard_normal(K)
    errors = root @ rng.standard_normal(2 * K)
    return truth + errors[:K], 1 + slope * truth + errors[K:], joint


def split(joint: Array, chosen: Array | None = None) -> tuple[Array, Array]:
    k = len(joint) // 2
    rows = np.arange(k) if chosen is None else np.flatnonzero(chosen)
    return joint[np.ix_(rows, rows)], joint[np.ix_(rows, k + rows)]


def slow_slope(x: Array, y: Array, joint: tuple[Array, Array]) -> float:
    """Sums over two pairs at a time: half of E[(x_i - x_j)(y_i - y_j)] without the errors."""
    products, squares = 0.0, 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            of_x, across = joint
            squares += (x[i] - x[j]) ** 2 - (of_x[i, i] + of_x[j, j] - 2 * of_x[i, j])
            products += (x[i] - x[j]) * (y[i] - y[j]) - (
                across[i, i] + across[j, j] - across[i, j] - across[j, i]
            )
    return products / squares


@pytest.mark.parametrize("seed", range(5))
def test_slope_and_interval_are_those_of_slow_code(seed: int) -> None:
    x, y, joint = study(seed)
    line = errors_in_variables(x, y, split(joint), FAMILIES)
    assert line.slope == pytest.approx(slow_slope(x, y, split(joint)))
    assert line.intercept == pytest.approx(y.mean() - line.slope * x.mean())
    without = []
    for family in sorted(set(FAMILIES)):
        chosen = np.array([name != family for name in FAMILIES])
        without.append(slow_slope(x[chosen], y[chosen], split(joint, chosen)))
    error = np.sqrt(6 / 7 * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert (line.ci95.high - line.ci95.low) / 2 == pytest.approx(2.446912 * error, rel=1e-6)
    assert (line.ci95.high + line.ci95.low) / 2 == pytest.approx(line.slope)


def test_without_errors_it_is_least_squares() -> None:
    x, y, joint = study()
    line = errors_in_variables(x, y, split(0 * joint), FAMILIES)
    assert [line.slope, line.intercept] == pytest.approx(np.polyfit(x, y, 1).tolist())
    assert line.reliability == 1.0


def test_errors_of_x_do_not_flatten_the_line() -> None:
    """Half of the variance of x is error: least squares halves the slope on average."""
    rng = np.random.default_rng(4)
    truth = rng.standard_normal(800)
    x, y = truth + rng.standard_normal(800), 2 * truth
    families = [str(number % 40) for number in range(800)]
    line = errors_in_variables(x, y, (np.eye(800), np.zeros((800, 800))), families)
    assert np.polyfit(x, y, 1)[0] == pytest.approx(1.0, abs=0.2)
    assert line.slope == pytest.approx(2.0, abs=0.4)
    assert line.reliability == pytest.approx(0.5, abs=0.1)


def test_the_unit_of_either_axis_scales_the_slope() -> None:
    x, y, joint = study()
    line = errors_in_variables(x, y, split(joint), FAMILIES)
    of_x, across = split(joint)
    scaled = errors_in_variables(10 * x, y, (100 * of_x, 10 * across), FAMILIES)
    assert scaled.slope == pytest.approx(line.slope / 10)
    assert scaled.reliability == pytest.approx(line.reliability)


def test_three_families_have_no_line() -> None:
    x, y, joint = study()
    line = errors_in_variables(x, y, split(joint), [*"aaaabbbbcccc"])
    assert line.refused == "3 families are too few to speak of others: 4 are needed"
    assert np.isnan(line.slope)


def test_x_that_varies_by_chance_only_has_no_line() -> None:
    x, y, _ = study()
    large = (np.diag(np.full(K, 100.0)), np.zeros((K, K)))
    assert errors_in_variables(x, y, large, FAMILIES).refused == NO_SPREAD
