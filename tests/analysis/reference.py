"""Published data sets on which several implementations agree, and strategies for made-up ones."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from analysis.stats.paired import Array, Interval, Paired, Sums
from analysis.stats.sign_flip.sign_flip import SignFlip, sign_flips, sign_flips_with_intervals


def sums(values: ArrayLike, sizes: ArrayLike | None = None) -> Sums:
    """Cluster sums; one item per cluster if no sizes are given."""
    totals = np.asarray(values, dtype=float)
    return Sums(totals, np.ones(len(totals)) if sizes is None else np.asarray(sizes, dtype=float))


def singles(base: Sequence[float] | Array, tuned: Sequence[float] | Array) -> Paired:
    """Items that are their own clusters."""
    ids = [f"{number:05}" for number in range(len(base))]
    return Paired.of(ids, ids, base, tuned)


def sign_flip(
    series: Sums, rng: np.random.Generator, step_size: float | None = None, flips: int = 99_999
) -> SignFlip:
    """Sign-flip test of one series."""
    return sign_flips([series], rng, [step_size], flips)[0]


def sign_flip_interval(
    series: Sums, rng: np.random.Generator, level: float = 0.95, flips: int = 99_999
) -> Interval:
    """Sign-flip interval of one series."""
    return sign_flips_with_intervals([series], rng, None, flips, level)[0][1]


# Obuchowski 1998, PET and SPECT of 51 parathyroid glands in 21 patients
THYROIDS = sums(
    [-2, -1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 0, 0, -2, 0, 0, -1, 0, 0, 0],
    [3, 3, 3, 1, 3, 4, 3, 2, 2, 1, 3, 2, 3, 2, 2, 3, 3, 3, 2, 1, 2],
)
# Fisher 1935, heights of maize, crossed minus self-fertilised, eighths of an inch
MAIZE = sums([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
# Student 1908, extra hours of sleep under two drugs
SLEEP = sums(
    np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2])
    - np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
)
# Hollander and Wolfe 1973, depression before and after a tranquilliser
DEPRESSION = sums(
    np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    - np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
)

numbers = st.floats(-1, 1).map(lambda value: round(value, 6))


@st.composite
def clustered(draw: st.DrawFn, smallest: int = 2, largest: int = 12) -> Sums:
    """Cluster sums of any sizes, some of them zero or tied."""
    count = draw(st.integers(smallest, largest))
    values = draw(st.lists(numbers | st.integers(-2, 2), min_size=count, max_size=count))
    sizes = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    return sums(values, sizes)


@st.composite
def pairs(draw: st.DrawFn, scores: st.SearchStrategy[float] | None = None) -> Paired:
    """Scores of two models on items in clusters of any sizes, in no order."""
    score = (
        scores if scores is not None else st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)
    )
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 999), st.integers(0, 5), score, score),
            min_size=2,
            max_size=40,
            unique_by=lambda row: row[0],
        )
    )
    names, clusters, base, tuned = zip(*rows, strict=True)
    return Paired.of([f"{name:03}" for name in names], [*map(str, clusters)], base, tuned)


def many(count: int = 1, clusters: int = 30, seed: int = 0) -> list[Sums]:
    """Series with too many clusters to enumerate."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, clusters).astype(float)
    return [Sums(rng.normal(0.2, 1, clusters), sizes) for _ in range(count)]
