"""Shrunken cells of the synthetic study."""

import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.levels import Levels
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.shrunken_cells import shrunken_study


def test_every_tested_cell_is_shrunken_towards_the_others(results: StudyResults) -> None:
    setting = results.settings[0]
    rows = {
        (row.key.pair, row.key.task): row.comparison
        for row in setting.rows
        if row.key.analysis == PRIMARY and row.key.scope == "task"
    }
    study = setting.shrinkage
    assert study is not None
    assert len(study.cells) == 7 * 6
    assert list(study.sds) == ["pair", "task", "cell"]
    for cell in study.cells:
        comparison = rows[cell.pair, cell.task]
        assert cell.raw == pytest.approx(comparison.delta)
        assert cell.margin == comparison.margin
        assert cell.interval.low < cell.mean < cell.interval.high
        assert cell.p_decline is not None
        assert (cell.p_decline > 0.5) == (cell.mean < -comparison.margin)
    raw, means = ([getattr(cell, name) for cell in study.cells] for name in ("raw", "mean"))
    assert max(means) - min(means) < 0.8 * (max(raw) - min(raw))


def test_fewer_than_three_cells_are_not_shrunken() -> None:
    assert shrunken_study(Levels.of([])) is None
