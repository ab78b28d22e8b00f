"""Right or wrong without clusters: error rates over all possible data, without simulation."""

from bisect import bisect_right
from collections.abc import Callable

import numpy as np
from scipy import stats

from analysis.stats.clusters import robust
from analysis.stats.mcnemar import mcnemar, tango
from analysis.stats.paired import Array, Interval, Sums
from benchmarks.calibration.rates import ALPHA, Rate

SMALL, LARGE = 237, 1422
DISCORDANT = (0.02, 0.05, 0.10, 0.20, 0.35)
LEVELS = {
    (SMALL, "z"): (0.0457, 0.0440, 0.0532, 0.0494, 0.0506),
    (SMALL, "z, continuity"): (0.0078, 0.0229, 0.0285, 0.0348, 0.0377),
    (SMALL, "exact"): (0.0078, 0.0242, 0.0296, 0.0363, 0.0382),
    (SMALL, "mid-p"): (0.0226, 0.0431, 0.0448, 0.0493, 0.0484),
    (SMALL, "t"): (0.0457, 0.0440, 0.0532, 0.0494, 0.0506),
    (LARGE, "exact"): (0.0305, 0.0380, 0.0412, 0.0435, 0.0449),
    (LARGE, "mid-p"): (0.0449, 0.0489, 0.0495, 0.0497, 0.0497),
}
"""What an independent enumeration gave at a nominal 5 %, by share of discordant items."""
COVERAGE = {"Wald": 0.9395, "t": 0.9416, "Bonett-Price": 0.9529, "Tango": 0.9497}
"""n = 237, 5 % discordant, difference -.04."""
POWER = {"exact": 0.626, "mid-p": 0.691, "z": 0.716}
"""n = 237, 10 % discordant, difference .05."""
P = Callable[[int, int, int], float]
"""p-value of b, c and n."""
TESTS: dict[str, P] = {
    "z": lambda b, c, n: _normal(abs(b - c), b + c),
    "z, continuity": lambda b, c, n: _normal(max(abs(b - c) - 1, 0), b + c),
    "exact": lambda b, c, n: mcnemar(b, c).exact,
    "mid-p": lambda b, c, n: mcnemar(b, c).midp,
    "t": lambda b, c, n: robust(_series(b, c, n)).p if b + c else 1.0,
}
INTERVALS: dict[str, Callable[[int, int, int], Interval]] = {
    "Wald": lambda b, c, n: _wald(b / n, c / n, n),
    "t": lambda b, c, n: robust(_series(b, c, n)).interval(),
    "Bonett-Price": lambda b, c, n: _wald((b + 1) / (n + 2), (c + 1) / (n + 2), n + 2),
    "Tango": lambda b, c, n: tango(b, c, n),
}


def levels() -> list[Rate]:
    """Item 3: how often each test rejects where the models are equally good."""
    fewest = {(n, test): _rejecting(TESTS[test], n) for n, test in LEVELS}
    return [
        _level(n, test, column, fewest[n, test])
        for size in (SMALL, LARGE)
        for column in range(len(DISCORDANT))
        for n, test in LEVELS
        if n == size
    ]


def coverage() -> list[Rate]:
    """Item 3: how often each interval covers a difference of -.04."""
    cells, weights = _outcomes(SMALL, b=0.045, c=0.005)
    name = f"n = {SMALL}, 5% discordant, difference -4 points"
    found = []
    for method, known in COVERAGE.items():
        limits = np.array([INTERVALS[method](b, c, SMALL) for b, c in cells])
        covered = float(weights @ ((limits[:, 0] <= -0.04) & (limits[:, 1] >= -0.04)))
        found.append(Rate(name, method, "covers", covered, None, *_near(known, 4)))
    return found


def power() -> list[Rate]:
    """Item 3: how often each test finds a difference of .05."""
    cells, weights = _outcomes(SMALL, b=0.025, c=0.075)
    name = f"n = {SMALL}, 10% discordant, difference 5 points"
    found = []
    for test, known in POWER.items():
        p = np.array([TESTS[test](b, c, SMALL) for b, c in cells])
        finds = float(weights @ (p <= ALPHA))
        found.append(Rate(name, test, "finds", finds, None, *_near(known, 3)))
    return found


def _level(n: int, test: str, place: int, fewest: Array) -> Rate:
    discordant, share = np.arange(len(fewest)), DISCORDANT[place]
    tails = 2 * stats.binom.cdf(fewest - 1, discordant, 0.5)
    level = float(stats.binom.pmf(discordant, n, share) @ tails)
    name = f"n = {n}, {share:.0%} discordant, no difference"
    return Rate(name, test, "rejects", level, None, *_near(LEVELS[n, test][place], 4))


def _near(known: float, digits: int) -> tuple[float, float]:
    """Bounds: equal to so many digits."""
    half = 0.5 * 10**-digits
    return known - half, known + half


def _rejecting(test: P, n: int) -> Array:
    """Of m discordant items, how many values of b from 0 on reject, m = 0 to what is possible."""
    most = int(stats.binom.isf(1e-12, n, max(DISCORDANT)))
    return np.array(
        [
            bisect_right(range(m // 2 + 1), ALPHA, key=lambda b: test(b, m - b, n))
            for m in range(most + 1)
        ]
    )


def _outcomes(n: int, b: float, c: float) -> tuple[list[tuple[int, int]], Array]:
    """All (b, c) that are not next to impossible, and their probabilities."""
    law = stats.multinomial(n, [b, c, 1 - b - c])
    most = [int(stats.binom.isf(1e-12, n, share)) for share in (b, c)]
    cells = [(i, j) for i in range(most[0] + 1) for j in range(most[1] + 1)]
    return cells, law.pmf([(i, j, n - i - j) for i, j in cells])


def _series(b: int, c: int, n: int) -> Sums:
    return Sums(np.repeat([-1.0, 1.0, 0.0], [b, c, n - b - c]), np.ones(n))


def _normal(difference: float, discordant: int) -> float:
    return float(2 * stats.norm.sf(difference / discordant**0.5)) if discordant else 1.0


def _wald(b: float, c: float, n: int) -> Interval:
    reach = float(stats.norm.ppf(0.975)) * ((b + c - (b - c) ** 2) / n) ** 0.5
    return Interval(c - b - reach, c - b + reach)
