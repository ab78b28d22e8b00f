"""Split of a mean difference into the share of readable answers and their quality.

With v the share of answers that can be read, q the mean score of these, and e the points that other
answers earn (0 where an unreadable answer scores 0), a score is v q + e, and a difference is

    form     (v_tuned - v_base) (q_tuned + q_base) / 2
    content  (q_tuned - q_base) (v_tuned + v_base) / 2
    rest      e_tuned - e_base

without a remainder (Kitagawa 1955). Each part is a smooth function of means over items, so each
item has an influence on it, and the errors are CR2 of whole clusters with Satterthwaite's degrees
of freedom, as for a difference.
"""

from dataclasses import dataclass

import numpy as np

from analysis.stats.paired import Array

PARTS = ("form", "content", "rest")


@dataclass(frozen=True)
class ReadableScores:
    """The answers of one model, averaged over the presentations of each item."""

    readable: Array
    """Share of the item's answers that can be read, shape (n,)."""
    points: Array
    """Score of the readable answers; others count as 0, shape (n,)."""
    score: Array
    """Score of all answers, shape (n,)."""

    @property
    def share(self) -> float:
        """Share of answers that can be read, v."""
        return float(self.readable.mean())

    @property
    def quality(self) -> float:
        """Mean score of the answers that can be read, q; nan if there is none.

        >>> ReadableScores(np.array([1.0, 0.0]), np.array([80.0, 0.0]), np.zeros(2)).quality
        80.0
        """
        share = self.share
        return float(self.points.mean()) / share if share > 0 else float("nan")

    @property
    def deviations(self) -> Array:
        """Influence of each item on `quality`, times n, shape (n,)."""
        return np.asarray((self.points - self.quality * self.readable) / self.share)


def readable_split(base: ReadableScores, tuned: ReadableScores) -> dict[str, Array]:
    """Splits the mean difference of two models.

    Args:
        base: answers of the base model; some can be read.
        tuned: answers of the tuned model on the same items; some can be read.

    Returns:
        Each of PARTS as a series of items, shape (n,). Its mean is the part, and its cluster-robust
        error is that of the part, to first order. The parts add up to the difference.

    >>> base = ReadableScores(np.ones(4), np.full(4, 60.0), np.full(4, 60.0))
    >>> points = np.array([60.0, 60.0, 60.0, 0.0])
    >>> parts = readable_split(base, ReadableScores(points / 60, points, points))
    >>> {name: float(part.mean()) for name, part in parts.items()}
    {'form': -15.0, 'content': 0.0, 'rest': 0.0}
    """
    more, better = tuned.share - base.share, tuned.quality - base.quality
    share, quality = (tuned.share + base.share) / 2, (tuned.quality + base.quality) / 2
    shares = (tuned.readable + base.readable) / 2
    deviations = (tuned.deviations + base.deviations) / 2
    return {
        "form": quality * (tuned.readable - base.readable) + more * deviations,
        "content": better * shares + share * (tuned.deviations - base.deviations),
        "rest": (tuned.score - tuned.points) - (base.score - base.points),
    }
