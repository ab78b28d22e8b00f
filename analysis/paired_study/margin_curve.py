"""Equivalence at every margin: p of the two one-sided tests, before and after correction."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.paired_study.rows import ResultRow
from analysis.stats.equivalence import tost_curve
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Array

FACTORS = np.arange(1, 21) / 4
"""Margins as multiples of the declared ones: a quarter to five times."""


class MarginCurve(NamedTuple):
    """Equivalence tests of one comparison at several margins."""

    row: ResultRow
    margins: Array
    """In points, shape (k,)."""
    p: Array
    """Unadjusted; at most .05 exactly from m* on, shape (k,)."""
    adjusted: Array | None
    """By Holm in its family, whose margins all change by the same factor; None: exploratory."""


def margin_curves(rows: Sequence[ResultRow], factors: Array = FACTORS) -> list[MarginCurve]:
    """Curves of the comparisons that have a margin and were tested.

    Args:
        rows: complete families of hypotheses, and others.
        factors: of the declared margins, shape (k,).
    """
    tested = [row for row in rows if row.comparison.tost_p is not None]
    p = [_curve(row, factors) for row in tested]
    adjusted: list[Array | None] = [None] * len(tested)
    families = {row.judgement.tests for row in tested if row.judgement.confirmatory}
    for family in families:
        members = [n for n, row in enumerate(tested) if row.judgement.tests == family]
        size = tested[members[0]].judgement.hypotheses
        absent = np.full((size - len(members), len(factors)), np.nan)
        corrected = np.apply_along_axis(holm, 0, np.vstack([*(p[n] for n in members), absent]))
        for number, member in enumerate(members):
            adjusted[member] = corrected[number]
    return [
        MarginCurve(row, _margin(row) * factors, curve, corrected_curve)
        for row, curve, corrected_curve in zip(tested, p, adjusted, strict=True)
    ]


def _curve(row: ResultRow, factors: Array) -> Array:
    comparison = row.comparison
    assert comparison.se_cr2 is not None
    assert comparison.df is not None
    margins = _margin(row) * factors
    return tost_curve(comparison.delta, comparison.se_cr2, comparison.df, margins)


def _margin(row: ResultRow) -> float:
    assert row.comparison.margin is not None
    return row.comparison.margin
