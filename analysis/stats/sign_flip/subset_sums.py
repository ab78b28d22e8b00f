"""Sums over subsets of clusters, the basis of sign flips and of their inversion.

Flipping the signs of the clusters in a subset subtracts twice the subset's sum from the total. So
one matrix of subset sums gives the sign-flip test and, with subset sizes, its interval.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array

BLOCK = 2000
"""Subsets drawn at a time. Results of a seed depend on it: changing it changes every random
result."""
CHUNK = 4_000_000
"""Numbers of a block that are in memory at a time; changes no result."""


def random_subsets(columns: Array, seed: int, draws: int) -> Array:
    """Sums over random subsets, the same subsets for every column.

    They depend on the seed, the number of clusters and their own column only. Sums of scaled
    integers are exact in any order, so no other column, thread or block changes a bit of them.
    Price: a column is rounded to 2^-51 of the sum of its absolute values.

    Args:
        columns: one value per cluster, shape (m, G).
        seed: seed of the subsets.
        draws: number of subsets, B.

    Returns:
        Shape (m, B). A subset may be empty.

    >>> sums = random_subsets(np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]), seed=0, draws=4)
    >>> sums.shape, bool((sums[1] == 2 * sums[0]).all())
    ((2, 4), True)
    """
    count = columns.shape[1]
    integers, scale = _integers(columns)
    sums = np.empty((len(columns), draws))
    done = 0
    for members in _members(count, seed, draws):
        np.matmul(integers, members.T, out=sums[:, done : done + len(members)])
        done += len(members)
    sums /= scale[:, None]
    return sums


def all_subsets(values: Array) -> Array:
    """Sums over all subsets, the empty one first, shape (2^G,).

    >>> all_subsets(np.array([1.0, 10.0])).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    sums = np.zeros(1 << len(values))
    for index, value in enumerate(values):
        half = 1 << index
        np.add(sums[:half], value, out=sums[half : 2 * half])
    return sums


def _members(count: int, seed: int, draws: int) -> Iterator[Array]:
    """Yields memberships as 0 and 1, shape (rows, G), with `draws` rows in total."""
    rng = np.random.default_rng([seed, count])
    width = -(-count // 8)
    rows = max(1, CHUNK // count)
    for start in range(0, draws, BLOCK):
        block: NDArray[np.uint8] = np.frombuffer(rng.bytes(BLOCK * width), dtype=np.uint8)
        needed = block.reshape(BLOCK, width)[: draws - start]
        for first in range(0, len(needed), rows):
            bits = np.unpackbits(needed[first : first + rows], axis=1, count=count)
            yield bits.astype(float)


def _integers(columns: Array) -> tuple[Array, Array]:
    """Columns as integers whose absolute sum is below 2^52, and the powers of 2 that scale them."""
    _, exponent = np.frexp(np.abs(columns).sum(axis=1))
    scale = np.ldexp(1.0, 51 - exponent)
    return np.rint(columns * scale[:, None]), scale
