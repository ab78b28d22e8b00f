"""Rows of a page have the item scores of the analysis, whatever was asked how often."""

from pathlib import Path

import numpy as np
import pytest

from analysis.paired_study.matching import align_all
from analysis.paired_study.series import AlignedPair, task_score
from analysis.samples.answer_rows import ModelRows, answer_rows
from benchmarks.found_study import found_study
from clue.records import Record
from tests.analysis.paired_study.conftest import quick
from tests.analysis.samples.pages import answers, pair


def aligned(store: Path) -> AlignedPair:
    (one,), refused = align_all(found_study(store), quick())
    assert not refused
    return one


def of_items(one: AlignedPair, side: ModelRows) -> dict[str, float]:
    """Mean over draws, then over presentations, in plain loops."""
    draws: dict[tuple[str, int, int], list[float]] = {}
    for key, score in zip(answer_rows(one).keys, side.score, strict=True):
        if not np.isnan(score):
            draws.setdefault(key[:3], []).append(score)
    presentations: dict[str, list[float]] = {}
    for prompt, scores in draws.items():
        presentations.setdefault(prompt[0], []).append(float(np.mean(scores)))
    return {item: float(np.mean(scores)) for item, scores in presentations.items()}


def without(rows: list[Record], *keys: tuple[str, int, int]) -> list[Record]:
    return [row for row in rows if (row.sample_id, row.repeat, row.draw) not in keys]


CASES = {
    "right or wrong": (answers(1), answers(2)),
    "graded, undefined for some": (answers(1, graded=True), answers(2, graded=True)),
    "presentations and draws": (answers(1, 3, 2), answers(2, 3, 2)),
    "draws of one model alone": (answers(1, 3), answers(2, 2)),
    "a presentation that one model lacks": (
        answers(1, repeats=3, graded=True),
        without(answers(2, repeats=3, graded=True), ("s03", 1, 0), ("s07", 0, 0)),
    ),
    "an item that one model lacks": (without(answers(1), ("s05", 0, 0)), answers(2)),
}


@pytest.mark.parametrize("case", CASES)
def test_means_of_rows_are_the_item_scores_of_the_analysis(tmp_path: Path, case: str) -> None:
    pair(tmp_path, *CASES[case])
    one = aligned(tmp_path)
    scores, rows = task_score(one), answer_rows(one)
    assert scores is not None
    for side, expected in ((rows.base, scores.base), (rows.tuned, scores.tuned)):
        means = of_items(one, side)
        assert sorted(means) == list(scores.ids)
        np.testing.assert_allclose([means[name] for name in scores.ids], expected, rtol=1e-12)


def test_a_row_without_an_answer_has_no_score_and_no_flag(tmp_path: Path) -> None:
    pair(tmp_path, answers(1, repeats=2), without(answers(2, repeats=2), ("s03", 1, 0)))
    rows = answer_rows(aligned(tmp_path))
    (row,) = np.flatnonzero(~rows.tuned.has_answer)
    assert rows.keys[row][:2] == ("s03", 1)
    assert np.isnan(rows.tuned.score[row])
    assert not any(values[row] for values in rows.tuned.flags.values())
    assert not np.isnan(rows.base.score[row])


@pytest.mark.parametrize("graded", [False, True])
def test_right_or_wrong_is_told_from_graded(tmp_path: Path, graded: bool) -> None:
    pair(tmp_path, answers(1, graded=graded), answers(2, graded=graded))
    assert answer_rows(aligned(tmp_path)).is_graded is graded
