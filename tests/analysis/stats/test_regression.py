from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.meta.cr2 import cr2
from analysis.meta.gls import Gls
from analysis.stats.paired import Array, Paired
from analysis.stats.regression import slope
from tests.analysis.reference import pairs

SLEEPSTUDY = np.loadtxt(Path(__file__).with_name("sleepstudy.csv"), delimiter=",")
"""Reaction times in ms of 18 subjects (rows) on days 0 to 9 of little sleep: Belenky et al. 2003,
the data set `sleepstudy` of R's lme4."""
SUBJECTS, DAYS = (codes.ravel() for codes in np.indices(SLEEPSTUDY.shape))
REACTION = SLEEPSTUDY.ravel()


def test_sleepstudy_is_that_of_club_sandwich() -> None:
    """coef_test(lm(Reaction ~ Days), vcov = "CR2", cluster = Subject) of clubSandwich."""
    fit = slope(REACTION, DAYS.astype(float), SUBJECTS)
    assert fit.delta == pytest.approx(10.467285959596, abs=5e-13)
    assert fit.se == pytest.approx(1.54578889629472, abs=5e-14)
    assert fit.df == pytest.approx(17, abs=1e-9)
    assert fit.p == pytest.approx(3.263788071e-06, rel=1e-9)


def test_unequal_clusters_are_those_of_club_sandwich() -> None:
    dropped = [0, 1, 2, 14, *range(39, 47), 99, 100, *range(169, 180)]
    kept = np.setdiff1d(np.arange(180), dropped)
    fit = slope(REACTION[kept], DAYS[kept].astype(float), SUBJECTS[kept])
    assert fit.delta == pytest.approx(10.0989900990357, abs=5e-13)
    assert fit.se == pytest.approx(1.67544840786980, abs=5e-14)
    assert fit.df == pytest.approx(15.3334432269424, abs=5e-12)


def by_full_matrices(y: Array, x: Array, clusters: Array) -> tuple[float, float, float]:
    """Slope, error and degrees of freedom by code that keeps matrices of all items."""
    fit = Gls(y, np.column_stack([np.ones(len(y)), x]), np.eye(len(y)))
    sandwich = cr2(fit, clusters, np.array([0.0, 1.0]))
    return float(fit.beta[1]), sandwich.se, sandwich.df


def least_residual(x: Array, clusters: Array) -> float:
    """Smallest share of an error's direction that a fit leaves in its own cluster."""
    design, _ = np.linalg.qr(np.column_stack([np.ones(len(x)), x]))
    blocks = [design[clusters == number] for number in np.unique(clusters)]
    return float(min(1 - np.linalg.eigvalsh(rows.T @ rows).max() for rows in blocks))


@given(pairs(), st.integers(0, 2**32 - 1))
def test_closed_form_equals_full_matrices(paired: Paired, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=len(paired.ids))
    fit = slope(paired.differences, x, paired.codes)
    assume(fit.se > 1e-6)
    assume(least_residual(x, paired.codes) > 1e-3)  # else both are rounding errors
    delta, se, df = by_full_matrices(paired.differences, x, paired.codes)
    assert fit.delta == pytest.approx(delta, abs=1e-9)
    assert fit.se == pytest.approx(se, rel=1e-6)
    assert fit.df == pytest.approx(df, rel=1e-6)


@given(st.floats(-100, 100), st.floats(0.01, 100), st.floats(-100, 100))
def test_units_change_the_slope_only(shift: float, scale: float, level: float) -> None:
    days = DAYS.astype(float)
    plain = slope(REACTION, days, SUBJECTS)
    other = slope(REACTION + level, scale * days + shift, SUBJECTS)
    assert other.delta == pytest.approx(plain.delta / scale, rel=1e-7)
    assert other.se == pytest.approx(plain.se / scale, rel=1e-7)
    assert other.df == pytest.approx(plain.df, rel=1e-7)


def test_order_of_items_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(180)
    shuffled = slope(REACTION[order], DAYS[order].astype(float), SUBJECTS[order])
    assert shuffled.se == pytest.approx(slope(REACTION, DAYS.astype(float), SUBJECTS).se)


def test_a_constant_property_has_no_slope() -> None:
    fit = slope(REACTION, np.full(180, 0.1), SUBJECTS)
    assert np.isnan([fit.delta, fit.se, fit.df]).all()


def test_a_slope_that_one_cluster_carries_has_no_error() -> None:
    """All items but those of one cluster have the same value, so the cluster is its own fit."""
    x = (SUBJECTS == 3).astype(float)
    fit = slope(REACTION, x, SUBJECTS)
    others = REACTION[SUBJECTS != 3].mean()
    assert fit.delta == pytest.approx(REACTION[SUBJECTS == 3].mean() - others)
    assert np.isnan([fit.se, fit.df]).all()


def test_the_same_difference_everywhere_has_no_error() -> None:
    fit = slope(np.full(180, 0.1), DAYS.astype(float), SUBJECTS)
    assert fit.delta == pytest.approx(0, abs=1e-12)
    assert fit.se == 0
