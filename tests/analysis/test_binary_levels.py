"""True levels, power and coverage: every outcome that can occur, with its probability."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.binary import mcnemar, tango
from analysis.cluster import robust
from tests.analysis.reference import sums


def law(n: int, worse: float, better: float) -> dict[tuple[int, int], float]:
    """Probability of each (b, c) that can be expected to occur."""
    found: dict[tuple[int, int], float] = {}
    for discordant in range(n + 1):
        outer = stats.binom.pmf(discordant, n, worse + better)
        if outer < 1e-9:
            continue
        b = np.arange(discordant + 1)
        inner = outer * stats.binom.pmf(b, discordant, worse / (worse + better))
        found |= {(k, discordant - k): float(p) for k, p in enumerate(inner) if p > 1e-12}
    return found


def rejections(n: int, worse: float, better: float) -> tuple[float, float]:
    """Probability that the exact and the mid-p test reject at 5 %."""
    found = np.zeros(2)
    known: dict[tuple[int, int], tuple[bool, ...]] = {}
    for (b, c), p in law(n, worse, better).items():
        key = (min(b, c), max(b, c))
        if key not in known:
            known[key] = tuple(value <= 0.05 for value in mcnemar(b, c))
        found += p * np.array(known[key])
    return float(found[0]), float(found[1])


@pytest.mark.parametrize(
    ("discordant", "exact", "midp", "t"),
    [
        (0.02, 0.0078, 0.0226, 0.0457),
        (0.05, 0.0242, 0.0431, 0.0440),
        (0.10, 0.0296, 0.0448, 0.0532),
        (0.20, 0.0363, 0.0493, 0.0494),
        (0.35, 0.0382, 0.0484, 0.0506),
    ],
)
def test_true_levels_on_237_items(discordant: float, exact: float, midp: float, t: float) -> None:
    found = rejections(237, discordant / 2, discordant / 2)
    assert found == pytest.approx((exact, midp), abs=6e-5)
    level = 0.0
    for (b, c), p in law(237, discordant / 2, discordant / 2).items():
        spread = math.sqrt((b + c - (c - b) ** 2 / 237) / 236)
        t_value = abs(c - b) / 237 / spread * math.sqrt(237) if spread else 0.0
        level += p * (t_value >= stats.t.ppf(0.975, 236))
    assert level == pytest.approx(t, abs=6e-5)


@pytest.mark.parametrize(
    ("discordant", "exact", "midp"),
    [
        (0.02, 0.0305, 0.0449),
        (0.05, 0.0380, 0.0489),
        (0.10, 0.0412, 0.0495),
        (0.20, 0.0435, 0.0497),
        (0.35, 0.0449, 0.0497),
    ],
)
def test_true_levels_on_1422_items(discordant: float, exact: float, midp: float) -> None:
    """The p-value falls with the distance of b and c: the critical one is found by halving."""
    found = np.zeros(2)
    for total in range(1, 1423):
        p = stats.binom.pmf(total, 1422, discordant)
        if p > 1e-9:
            reached = [_critical(total, which) for which in (0, 1)]
            found += p * np.minimum(2 * stats.binom.cdf(reached, total, 0.5), 1)
    assert found == pytest.approx([exact, midp], abs=6e-5)


def _critical(total: int, which: int) -> int:
    """Largest min(b, c) at which a test of b + c = total rejects; -1: none."""
    low, high = -1, total // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if mcnemar(middle, total - middle)[which] <= 0.05 else (low, middle)
        )
    return low


def test_power_on_237_items() -> None:
    assert rejections(237, 0.025, 0.075) == pytest.approx((0.626, 0.691), abs=6e-4)


def test_coverage_of_tango_on_237_items() -> None:
    covered = covered_t = 0.0
    for (b, c), p in law(237, 0.045, 0.005).items():
        low, high = tango(b, c, 237)
        covered += p * (low <= -0.04 <= high)
        ends = robust(sums([*[-1.0] * b, *[1.0] * c, *[0.0] * (237 - b - c)])).interval()
        covered_t += p * (ends.low <= -0.04 <= ends.high)
    assert covered == pytest.approx(0.9497, abs=6e-5)
    assert covered_t == pytest.approx(0.9416, abs=6e-5)
