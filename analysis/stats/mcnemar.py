"""Right or wrong answers: McNemar's tests, score intervals, odds, and versions for clusters.

b counts items that base had right and tuned wrong, c items that base had wrong and tuned right; the
difference is (c - b) / n, tuned minus base. A 2 x 2 table [[n11, n12], [n21, n22]] has tuned right
and wrong in its rows and base right and wrong in its columns: n12 is c, n21 is b. Tests and
intervals of b and c treat items as independent.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy import optimize, special, stats

from analysis.stats.clusters import NAN, residuals
from analysis.stats.paired import Interval, Sums
from analysis.stats.sign_flip.tails import nonzero_p

ContingencyTable = tuple[tuple[int, int], tuple[int, int]]


class McNemar(NamedTuple):
    """Two-sided p-values of "as many items got better as got worse"."""

    exact: float
    """Conditional, binomial."""
    midp: float
    """The same minus half the probability of the observed outcome (Fagerland, Lydersen, Laake
    2013)."""


class Odds(NamedTuple):
    """Conditional odds ratio c / b: above 1 if more items got better than worse."""

    estimate: float
    """inf if b = 0 < c; nan without discordant items."""
    interval: Interval


def mcnemar(b: int, c: int) -> McNemar:
    """McNemar's test, conditional on the discordant items; p = 1 without any.

    >>> test = mcnemar(b=7, c=1)
    >>> round(test.exact, 4), round(test.midp, 4)
    (0.0703, 0.0391)
    """
    n = b + c
    if n == 0:
        return McNemar(1.0, 1.0)
    observed = float(stats.binom.pmf(min(b, c), n, 0.5))
    if b == c:  # one outcome, not two, is as extreme as the observed one
        return McNemar(1.0, 1 - observed / 2)
    exact = 2 * float(stats.binom.cdf(min(b, c), n, 0.5))
    return McNemar(nonzero_p(exact), nonzero_p(exact - observed))


def tango(b: int, c: int, n: int, level: float = 0.95) -> Interval:
    """Score interval of the difference (Tango 1998).

    Args:
        b: base right, tuned wrong.
        c: base wrong, tuned right.
        n: all items.
        level: confidence level.

    >>> low, high = tango(b=7, c=1, n=21)
    >>> round(low, 4), round(high, 4)
    (-0.5172, -0.026)
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    upper = _score_limit(b, c, n, z)
    lower = -_score_limit(c, b, n, z)
    return Interval(lower, upper)


def newcombe(table: ContingencyTable, level: float = 0.95) -> Interval:
    """Square-and-add interval of the difference (Newcombe 1998, method 10).

    Args:
        table: 2 x 2 table as described in the module; at least one item.
        level: confidence level.

    >>> low, high = newcombe(((1, 1), (7, 12)))
    >>> round(low, 4), round(high, 4)
    (-0.5069, -0.0256)
    """
    (n11, n12), (n21, n22) = table
    n = n11 + n12 + n21 + n22
    tuned, base = n11 + n12, n11 + n21
    delta = (tuned - base) / n
    (low1, high1), (low2, high2) = (_wilson(right, n, level) for right in (tuned, base))
    phi = _correlation(table)
    p1, p2 = tuned / n, base / n
    down = _length(p1 - low1, high2 - p2, phi)
    up = _length(high1 - p1, p2 - low2, phi)
    return Interval(delta - down, delta + up)


def odds_ratio(b: int, c: int, level: float = 0.95) -> Odds:
    """Conditional odds ratio of items that got better to items that got worse.

    The interval inverts the one-sided mid-p binomial tests (Fagerland, Lydersen, Laake 2014).

    Args:
        b: base right, tuned wrong.
        c: base wrong, tuned right.
        level: confidence level.

    >>> odds = odds_ratio(b=2, c=6)
    >>> odds.estimate, [round(limit, 2) for limit in odds.interval]
    (3.0, [0.63, 21.6])
    """
    n = b + c
    if n == 0:
        return Odds(NAN, Interval(0.0, float("inf")))
    tail = (1 - level) / 2
    low = _midp_limit(c, n, tail)
    high = 1 - _midp_limit(b, n, tail)
    return Odds(_odds(c / n), Interval(_odds(low), _odds(high)))


def obuchowski(sums: Sums) -> tuple[float, float]:
    """Chi-squared of clustered pairs and its p, with the variance under the null (Obuchowski 1998).

    Args:
        sums: c - b of each cluster.

    Returns:
        nan with one cluster or without any difference.

    >>> chi2, p = obuchowski(Sums(np.array([-2.0, -1.0, -1.0, 1.0]), np.full(4, 3.0)))
    >>> round(chi2, 3), round(p, 3)
    (0.964, 0.326)
    """
    return _chi2(sums, float((sums.sums**2).sum()))


def yang(sums: Sums) -> tuple[float, float]:
    """Obuchowski's test with the mean of null and alternative variance (Yang, Sun, Hardin 2010).

    >>> chi2, p = yang(Sums(np.array([-2.0, -1.0, -1.0, 1.0]), np.full(4, 3.0)))
    >>> round(chi2, 3), round(p, 3)
    (1.149, 0.284)
    """
    squares = (sums.sums**2).sum() + (residuals(sums) ** 2).sum()
    return _chi2(sums, float(squares) / 2)


def _chi2(sums: Sums, squares: float) -> tuple[float, float]:
    count = sums.n_clusters
    if count < 2 or squares == 0:
        return NAN, NAN
    statistic = (count - 1) / count * float(sums.sums.sum()) ** 2 / squares
    return statistic, float(stats.chi2.sf(statistic, 1))


def _score_limit(b: int, c: int, n: int, z: float) -> float:
    """Largest difference that the score test does not reject at z standard errors."""
    estimate = (c - b) / n
    if c == n:
        return 1.0

    def excess(delta: float) -> float:
        spread = np.sqrt(n * (2 * _restricted(b, c, n, delta) + delta * (1 - delta)))
        return float(z * spread + (c - b - n * delta))

    return float(optimize.brentq(excess, estimate + 1e-12, 1.0, xtol=1e-15, rtol=1e-14))


def _restricted(b: int, c: int, n: int, delta: float) -> float:
    """Maximum likelihood share of b if the difference is `delta` (Tango 1998, section 2)."""
    linear = (2 * n - c + b) * delta - b - c
    constant = -b * delta * (1 - delta)
    root = np.sqrt(max(linear**2 - 8 * n * constant, 0.0))
    return float((root - linear) / (4 * n))


def _wilson(right: int, n: int, level: float) -> tuple[float, float]:
    """Wilson's interval of a share, in the form of Newcombe (1998)."""
    share, z = right / n, float(special.ndtri(0.5 + 0.5 * level))
    total = 2 * (n + z**2)
    centre = (2 * n * share + z**2) / total
    reach = z / total * sqrt(4 * n * share * (1 - share) + z**2)
    return centre - reach if right else 0.0, centre + reach if right < n else 1.0


def _correlation(table: ContingencyTable) -> float:
    """Phi with Newcombe's correction towards zero."""
    cells = np.array(table, dtype=float)
    product = cells[0, 0] * cells[1, 1] - cells[0, 1] * cells[1, 0]
    margins = cells.sum(axis=0).prod() * cells.sum(axis=1).prod()
    if margins == 0:
        return 0.0
    if product > 0:
        product = max(product - cells.sum() / 2, 0.0)
    return float(product / np.sqrt(margins))


def _length(first: float, second: float, phi: float) -> float:
    return float(np.sqrt(max(first**2 - 2 * phi * first * second + second**2, 0.0)))


def _midp_limit(x: int, n: int, tail: float) -> float:
    """Smallest share for which the upper mid-p of x successes is at least `tail`."""
    if x == 0:
        return 0.0

    def excess(share: float) -> float:
        return float((special.bdtrc(x, n, share) + special.bdtrc(x - 1, n, share)) / 2 - tail)

    return float(optimize.brentq(excess, 0.0, 1.0, xtol=1e-15, rtol=1e-14))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
