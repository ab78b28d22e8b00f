"""The figure of equivalence at every margin."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.margin_curve import margin_curves
from analysis.report import selectors
from analysis.report.figures import margins
from analysis.report.figures.theme import LIGHT
from tests.analysis.paired_study.conftest import quick

ALPHA = 0.05


def test_a_line_crosses_alpha_where_a_fine_search_finds_it(results: StudyResults) -> None:
    _, rows = selectors.headline_rows(results.settings[0])
    fine = np.arange(100, 2001) / 400
    for curve, dense in zip(
        margin_curves(rows, margins.FACTORS), margin_curves(rows, fine), strict=True
    ):
        assert dense.adjusted is not None
        within = dense.margins[dense.adjusted <= ALPHA]
        at = margins.crossing(curve, ALPHA)
        if not within.size:
            assert at is None
            continue
        assert at == pytest.approx(within[0], abs=0.05)


def test_without_correction_a_line_crosses_at_m_star(results: StudyResults) -> None:
    _, rows = selectors.headline_rows(results.settings[0])
    for curve in margin_curves(rows, margins.FACTORS):
        at = margins.crossing(curve._replace(adjusted=None), ALPHA)
        m_star = curve.row.comparison.m_star
        assert m_star is not None
        if at is not None and at > curve.margins[0]:
            assert at == pytest.approx(m_star, abs=0.02)


def test_every_pair_has_a_line_and_a_name(results: StudyResults) -> None:
    figure = margins.draw(results, quick(), LIGHT)
    assert figure is not None
    _, rows = selectors.headline_rows(results.settings[0])
    names = [text.get_text() for text in figure.texts]
    assert len(names) == len(rows)
    alt = margins.alt(results)
    for row in rows:
        assert any(f" {row.key.tuned}: " in name for name in names)
        assert row.key.pair in alt


def test_without_a_pair_nothing_is_drawn(results: StudyResults) -> None:
    assert margins.draw(replace(results, settings=[]), quick(), LIGHT) is None
