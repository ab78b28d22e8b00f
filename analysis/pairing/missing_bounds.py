"""Bounds of a mean difference over all samples, including those that one model lacks."""

from analysis.pairing.ledger import Ledger
from analysis.stats.paired import Interval


def missing_bounds(
    total: float,
    n_common: int,
    ledger: Ledger,
    unmatched: tuple[float, float],
    largest: float = 1.0,
) -> Interval:
    """Returns the mean difference if each missing sample had scored 0 or the largest score.

    Args:
        total: sum of the differences of the common samples.
        n_common: number of common samples.
        ledger: lists the samples that only one model has.
        unmatched: sum of the scores of the samples that only base has, and that only tuned has.
        largest: the largest possible score; the smallest is 0.

    >>> ledger = Ledger(n_base=3, n_tuned=2, only_base=("c",))
    >>> missing_bounds(1.0, 2, ledger, (0.5, 0.0))
    Interval(low=0.16666666666666666, high=0.5)
    """
    base, tuned = unmatched
    observed = total - base + tuned
    lacking_base, lacking_tuned = len(ledger.only_tuned), len(ledger.only_base)
    n = n_common + lacking_base + lacking_tuned
    return Interval(
        (observed - largest * lacking_base) / n, (observed + largest * lacking_tuned) / n
    )
