"""Exam questions against clinical tasks, against arithmetic on the stored tables themselves."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import published
from analysis.meta import random_effects
from analysis.meta.errors_in_variables import NO_SPREAD, ErrorsInVariables
from analysis.paired_study import StudyResults, exam_contrast, run
from analysis.paired_study.exam_contrast import CLINICAL, ExamContrast
from analysis.paired_study.summary import summary
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Array, Interval
from benchmarks.found_study import found_study, with_exams
from benchmarks.planted import EXAMS
from clue.config.study_schema import LevelContrastConf
from tests.analysis.paired_study.conftest import EXAM_PLAN, PAIRS, quick
from tests.analysis.paired_study.stores import cell, record

SIDES = {"exam": tuple(EXAMS), CLINICAL: ("mednli", "longhealth")}
TASKS = {"longhealth": ("longhealth1", "longhealth2", "longhealth3")}
NAMES = sorted(f"{tuned} - {base}" for tuned, base in PAIRS.items())


def contrast_of(results: StudyResults) -> ExamContrast:
    (setting,) = results.settings
    assert setting.exam_contrast is not None
    return setting.exam_contrast


@pytest.fixture(scope="module")
def influences(exam_store: Path) -> dict[str, Array]:
    """Data set to the CR2 influence of its clusters (rows) on each pair (columns), from tables."""
    return {name: _influences(exam_store, name) for side in SIDES.values() for name in side}


def _scores(store: Path, dataset: str, model: str) -> pd.DataFrame:
    """Item-level scores of a model, in points: mean over presentations and tasks."""
    frames = [
        pd.read_parquet(path, columns=["sample_id", "cluster", "score_accuracy"])
        for task in TASKS.get(dataset, (dataset,))
        for path in (store / "cells" / task / model).rglob("*.parquet")
    ]
    assert len(frames) == len(TASKS.get(dataset, (dataset,)))
    of_items = [frame.groupby(["cluster", "sample_id"]).score_accuracy.mean() for frame in frames]
    return (100 * sum(of_items) / len(of_items)).reset_index()


def _influences(store: Path, dataset: str) -> Array:
    """Leverage-corrected residual sums, with the mean difference in the first row."""
    columns = []
    for pair in NAMES:
        tuned, base = (_scores(store, dataset, model) for model in pair.split(" - "))
        difference = tuned.score_accuracy - base.score_accuracy
        clusters = pd.DataFrame({"cluster": tuned.cluster, "d": difference}).groupby("cluster").d
        n, mean = len(difference), difference.mean()
        residuals = (clusters.sum() - clusters.size() * mean) / n
        columns.append([mean, *(residuals / np.sqrt(1 - clusters.size() / n))])
    return np.array(columns).T


def side(influences: dict[str, Array], name: str) -> tuple[Array, Array]:
    """Mean differences of the pairs on a side, and their joint error."""
    parts = [influences[dataset] for dataset in SIDES[name]]
    share = 1 / len(parts)
    means = share * sum(part[0] for part in parts)
    return np.asarray(means), np.asarray(share**2 * sum(part[1:].T @ part[1:] for part in parts))


def test_each_line_is_the_difference_of_means_over_the_tables(
    exams: StudyResults, influences: dict[str, Array]
) -> None:
    (exam, exam_error), (clinical, clinical_error) = (side(influences, name) for name in SIDES)
    rows = contrast_of(exams).against(CLINICAL)
    assert [row.key.pair for row in rows] == NAMES
    for number, row in enumerate(rows):
        found = row.difference
        assert found.exam == pytest.approx(exam[number])
        assert found.other == pytest.approx(clinical[number])
        assert found.delta == pytest.approx(exam[number] - clinical[number])
        variance = exam_error[number, number] + clinical_error[number, number]
        assert found.se_cr2 == pytest.approx(variance**0.5)


def test_the_pooled_answer_is_that_of_the_means_and_of_their_joint_error(
    exams: StudyResults, influences: dict[str, Array]
) -> None:
    """Pairs of one base share its run: their errors covary, on each side within a data set."""
    (exam, exam_error), (clinical, clinical_error) = (side(influences, name) for name in SIDES)
    joint = exam_error + clinical_error
    same_base = joint[NAMES.index("aloe8b - llama3_8b"), NAMES.index("med42_8b - llama3_8b")]
    assert abs(same_base) > 0.1 * joint.diagonal().min()
    families = [name.partition(" - ")[2] for name in NAMES]
    expected = random_effects(exam - clinical, joint, families)
    pooled = contrast_of(exams).pooled[CLINICAL].meta.random_effects
    for name in ("mu", "se_cr2", "df", "p", "tau2_family", "tau2_pair"):
        assert getattr(pooled, name) == pytest.approx(getattr(expected, name), abs=1e-6), name


def test_the_line_uses_the_errors_of_both_sides(
    exam_store: Path, influences: dict[str, Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs: list[Any] = []
    expected = ErrorsInVariables(7, 6, 0.5, -4.0, Interval(0.1, 0.9), 0.8)

    def line(*values: Any) -> ErrorsInVariables:
        inputs.extend(values)
        return expected

    monkeypatch.setattr(exam_contrast, "errors_in_variables", line)
    results = run(with_exams(found_study(exam_store)), quick(sensitivity=False))
    assert contrast_of(results).line is expected
    (exam, exam_error), (clinical, _) = (side(influences, name) for name in SIDES)
    x, y, (of_x, across), families = inputs
    assert x == pytest.approx(exam)
    assert y == pytest.approx(clinical)
    assert of_x == pytest.approx(exam_error)
    assert not across.any()  # the sides share no items
    assert families == [name.partition(" - ")[2] for name in NAMES]


def test_one_pair_far_from_the_others_makes_no_line(exams: StudyResults) -> None:
    """Without the family of the pair whose format fails, exam differences vary by chance only."""
    line = contrast_of(exams).line
    assert line is not None
    assert line.refused == NO_SPREAD


def test_the_planted_contrast_is_inside_the_interval_of_most_pairs(exams: StudyResults) -> None:
    """aloe8b differs in its format on both sides alike; the others gain there and lose here."""
    rows = contrast_of(exams).against(CLINICAL)
    planted = {row.key.tuned: EXAM_PLAN.difference(row.key.tuned, "medqa") + 3 for row in rows}
    planted["aloe8b"] = 0.0
    covered = [
        row.difference.ci95.low <= planted[row.key.tuned] <= row.difference.ci95.high
        for row in rows
        if row.difference.ci95
    ]
    assert len(covered) == len(NAMES)
    assert sum(covered) >= len(NAMES) - 1


def test_pairs_are_one_family_by_holm_and_levels_have_no_test(exams: StudyResults) -> None:
    contrast = contrast_of(exams)
    rows = [row.difference for row in contrast.against(CLINICAL)]
    p = [float("nan") if one.p is None else one.p for one in rows]
    assert [one.p_adjusted for one in rows] == pytest.approx(holm(p).tolist())
    assert {one.hypotheses for one in rows} == {len(NAMES)}
    beside = [row.difference for row in contrast.rows if row.key.against != CLINICAL]
    assert {(one.p_adjusted, one.hypotheses) for one in beside} == {(None, 0)}


def test_a_level_without_all_data_sets_is_refused_and_named(exams: StudyResults) -> None:
    contrast = contrast_of(exams)
    assert list(contrast.pooled) == [CLINICAL, "level1"]
    assert {row.difference.refused for row in contrast.against("level2")} == {
        "no comparison on medisumcode, medisumqa"
    }
    assert {row.difference.refused for row in contrast.against("level1")} == {None}


def test_published_differences_are_beside_ours(exams: StudyResults) -> None:
    reported = published.differences().set_index("model").multiple_choice
    for row in contrast_of(exams).rows:
        value = reported[row.key.tuned]
        assert row.difference.published_exam == (None if np.isnan(value) else value)


def test_a_declared_pair_that_is_not_there_counts_as_a_test(exam_store: Path) -> None:
    study = with_exams(found_study(exam_store))
    declared = (*study.declaration.pairs, *study.declaration.pairs[:3])
    sized = replace(study, hypotheses={}, declaration=replace(study.declaration, pairs=declared))
    rows = contrast_of(run(sized, quick(sensitivity=False))).against(CLINICAL)
    p = [row.difference.p or 0.0 for row in rows]
    assert {row.difference.hypotheses for row in rows} == {len(NAMES) + 3}
    assert [row.difference.p_adjusted for row in rows] == pytest.approx(
        holm([*p, 1.0, 1.0, 1.0])[: len(p)].tolist()
    )


def test_a_study_without_the_declaration_has_no_contrast(
    results: StudyResults, exam_store: Path
) -> None:
    for study in (results, run(found_study(exam_store), quick(sensitivity=False))):
        (setting,) = study.settings
        assert setting.exam_contrast is None
        assert study.tables["exam_contrast"] == []


def test_the_summary_has_the_answer_and_the_pairs_that_are_left_out(tmp_path: Path) -> None:
    results = small_study(tmp_path)
    facts: dict[str, Any] = dict(summary(results, quick())["prompts"]["paper"])["exam_contrast"]
    assert facts["sides"] == {"exam": ["mednli"], "clinical": ["longhealth"]}
    assert facts["left_out"] == {"u - b": "no comparison on mednli"}
    assert facts["line"]["refused"] == "1 family is too few to speak of others: 4 are needed"
    assert [point.pair for point in contrast_of(results).points] == ["t - b"]
    assert facts["means"]["exam"]["mu"] == contrast_of(results).points[0].exam.delta


def small_study(store: Path) -> StudyResults:
    """Two pairs of one base; the second lacks the only data set of the exam side."""
    rng = np.random.default_rng(5)
    for model in ("b", "t", "u"):
        for task in ("mednli", *TASKS["longhealth"])[model == "u" :]:
            records = [record(f"s{n}", {"accuracy": float(rng.random() < 0.6)}) for n in range(12)]
            cell(store, model, task, records, base=None if model == "b" else "b", access="open")
    study = found_study(store)
    conf = replace(
        study.declaration.conf, level_contrast=LevelContrastConf(["mednli"], ["longhealth"])
    )
    declared = replace(study, declaration=replace(study.declaration, conf=conf))
    return run(declared, quick(sensitivity=False))
