"""The base models against themselves under another presentation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.noise_floor import Axis, noise_floors, presentation_means
from analysis.stats.paired import Array
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

SCORES = np.array([[1, 0, 1, 1], [0, 0, 1, 1], [1, 1, 1, 1]], dtype=float)
"""Shape (presentations, items)."""


def study(store: Path, scores: Array = SCORES, axis: Axis = "repeat") -> StudyResults:
    for model, base in (("b", None), ("t", "b"), ("t2", "b")):
        rows = [
            record(
                f"q{item}",
                {"accuracy": float(value), "accuracy_upstream": float(value)},
                cluster=f"p{item}",
                **{axis: number},
            )
            for number, values in enumerate(scores)
            for item, value in enumerate(values)
        ]
        cell(store, model, "longhealth1", rows, base=base)
    return run(found_study(store), quick())


def test_the_floor_is_the_root_mean_square_of_two_presentations(tmp_path: Path) -> None:
    """Means of 75, 50 and 100 points: differences of 25, 25 and 50; the base counts once."""
    results = study(tmp_path)
    (floor,) = noise_floors(results.aligned, {"longhealth1": 2.0})
    assert (floor.models, floor.presentations) == (1, 3)
    expected = np.sqrt((25**2 + 25**2 + 50**2) / 3)
    assert floor.difference == pytest.approx(expected)
    assert floor.sentence.startswith("LongHealth 1: 1 base model asked the same questions in 3")
    assert f"by {expected:.2f} points" in floor.sentence
    assert "the margin of 2 is 0.06 times this" in floor.sentence


def test_items_without_all_presentations_are_left_out(tmp_path: Path) -> None:
    base = study(tmp_path).aligned[0].match.base
    assert presentation_means(base).tolist() == [75.0, 50.0, 100.0]


def test_presentations_that_agree_have_no_floor(tmp_path: Path) -> None:
    assert noise_floors(study(tmp_path, SCORES[[2, 2]]).aligned, {"longhealth1": 2.0}) == []


def test_one_presentation_has_no_floor(tmp_path: Path) -> None:
    assert noise_floors(study(tmp_path, SCORES[:1]).aligned, {"longhealth1": 2.0}) == []


def test_a_cell_without_a_metric_of_its_score_has_no_floor(tmp_path: Path) -> None:
    base = study(tmp_path).aligned[0].match.base
    lacking = replace(base, facts={**base.facts, "score": ["accuracy", "another"]})
    assert presentation_means(lacking).size == 0


def test_wordings_have_a_floor_of_their_own(tmp_path: Path) -> None:
    results = study(tmp_path, axis="wording")
    (floor,) = noise_floors(results.aligned, {"longhealth1": 2.0})
    assert (floor.axis, floor.presentations) == ("wording", 3)
    assert floor.difference == pytest.approx(np.sqrt((25**2 + 25**2 + 50**2) / 3))
    assert "in 3 wordings differ" in floor.sentence
