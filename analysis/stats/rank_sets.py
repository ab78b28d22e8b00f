"""Confidence sets for ranks, from all pairwise comparisons (Mogstad et al. 2024)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.stats.multiplicity import holm
from analysis.stats.paired import Array


class RankSet(NamedTuple):
    """Ranks that the data leave open; rank 1 has the highest score."""

    first: int
    last: int


def rank_sets(scores: Sequence[float] | Array, p: Array, alpha: float = 0.05) -> list[RankSet]:
    """Rank sets that contain the ranks of all members at once with confidence 1 - alpha.

    All pairs are one family of two-sided tests, corrected by Holm. A member ranks below each member
    that is significantly better, and above each that is significantly worse.

    Args:
        scores: of m members, higher is better.
        p: of the difference of each pair, symmetric, shape (m, m); the diagonal is ignored. nan:
            not tested.
        alpha: error rate of all rank sets together.

    Returns:
        One for each member.

    >>> p = np.array([[1.0, 0.9, 0.001], [0.9, 1.0, 0.002], [0.001, 0.002, 1.0]])
    >>> [(ranks.first, ranks.last) for ranks in rank_sets([3.0, 2.9, 1.0], p)]
    [(1, 2), (1, 2), (3, 3)]
    """
    values = np.asarray(scores, dtype=float)
    above = np.triu_indices(len(values), 1)
    rejected = np.zeros((len(values), len(values)), dtype=bool)
    rejected[above] = holm(p[above]) <= alpha
    rejected |= rejected.T
    higher = values[:, None] > values
    worse, better = (rejected & higher).sum(axis=1), (rejected & higher.T).sum(axis=1)
    return [
        RankSet(int(first), int(last))
        for first, last in zip(1 + better, len(values) - worse, strict=True)
    ]
