"""Curves of equivalence: they meet m*, and the report's p at the declared margin."""

import numpy as np
import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.margin_curve import margin_curves
from analysis.report.selectors import primary_rows


def test_the_unadjusted_curve_crosses_5_percent_at_m_star(results: StudyResults) -> None:
    rows = primary_rows(results.settings[0], "task", "level")
    tested = [row for row in rows if row.comparison.tost_p is not None]
    assert len(tested) > 40
    for row in tested:
        assert row.comparison.m_star is not None
        assert row.comparison.margin is not None
        at = np.array([row.comparison.m_star / row.comparison.margin])
        (curve,) = margin_curves([row], at)
        assert curve.margins == pytest.approx([row.comparison.m_star])
        assert curve.p == pytest.approx([0.05], abs=1e-9)


def test_at_the_declared_margins_the_curve_is_that_of_the_report(results: StudyResults) -> None:
    curves = margin_curves(primary_rows(results.settings[0], "task", "level"), np.array([1.0]))
    confirmatory = [curve for curve in curves if curve.adjusted is not None]
    assert {curve.row.judgement.tests for curve in confirmatory} == {"F1", "F2", "F3"}
    for curve in confirmatory:
        assert curve.p == pytest.approx([curve.row.comparison.tost_p])
        assert curve.adjusted == pytest.approx([curve.row.judgement.p_equivalence])


def test_a_wider_margin_never_makes_equivalence_harder(results: StudyResults) -> None:
    for curve in margin_curves(primary_rows(results.settings[0], "level")):
        assert np.all(np.diff(curve.p) <= 0)
        assert curve.adjusted is not None
        assert np.all(np.diff(curve.adjusted) <= 0)
        assert np.all(curve.adjusted >= curve.p)
