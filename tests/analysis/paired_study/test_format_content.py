"""Form and content of differences: against the stored tables, and where only the format fails."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.format_content_rows import FormatContent, SplitRow
from analysis.stats.multiplicity import benjamini_hochberg
from benchmarks.found_study import found_study
from benchmarks.planted import EXAMS, FORMAT
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record
from tests.analysis.paired_study.test_exam_contrast import TASKS

BASE = "llama3_8b"
CLOSED = (*EXAMS, "mednli", "longhealth")
EXACT = 1e-9


def splits(results: StudyResults) -> list[SplitRow]:
    (setting,) = results.settings
    return list(setting.format_content.rows)


def split_of(results: StudyResults, tuned: str, task: str) -> FormatContent:
    (row,) = (row for row in splits(results) if (row.key.tuned, row.key.task) == (tuned, task))
    return row.split


@pytest.mark.parametrize("fixture", ["results", "exams"])
def test_the_parts_add_up_to_the_difference_of_cells_csv(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    study: StudyResults = request.getfixturevalue(fixture)
    deltas = {
        (row.key.pair, row.key.task): row.comparison.delta
        for row in study.rows
        if row.key.analysis == "primary" and row.key.metric == "score"
    }
    rows = [row for row in splits(study) if row.split.form is not None]
    assert len(rows) > 50
    for row in rows:
        parts = [row.split.form, row.split.content, row.split.rest]
        total = sum(part for part in parts if part is not None)
        assert total == pytest.approx(deltas[row.key.pair, row.key.task], abs=EXACT)
        assert row.split.delta == pytest.approx(total, abs=EXACT)


@pytest.mark.parametrize("task", ["medqa", "mednli", "longhealth", "meqsum"])
def test_shares_and_means_are_those_of_the_tables(
    exams: StudyResults, exam_store: Path, task: str
) -> None:
    metrics = ["accuracy"] if task in CLOSED else ["rouge1", "rouge2", "rougeL", "bertscore_f1"]
    flags = ["unparsed"] if task in CLOSED else ["unparsed", "empty", "looped", "truncated"]
    split = split_of(exams, FORMAT, task)
    for model, share, quality in (
        (BASE, split.readable_base, split.quality_base),
        (FORMAT, split.readable_tuned, split.quality_tuned),
    ):
        frame = pd.concat(
            pd.read_parquet(path)
            for one in TASKS.get(task, (task,))
            for path in (exam_store / "cells" / one / model).rglob("*.parquet")
        )
        readable = ~frame[[f"flag_{name}" for name in flags]].any(axis=1)
        score = 100 * frame[[f"score_{name}" for name in metrics]].mean(axis=1)
        assert share == pytest.approx(100 * readable.mean())
        if task != "meqsum":  # UMLS F1 is undefined for some items, which reweighs the others
            assert quality == pytest.approx(score[readable].mean())


def test_answers_that_were_not_read_score_0_so_closed_tasks_have_no_rest(
    exams: StudyResults,
) -> None:
    rows = [row for row in splits(exams) if row.key.task in CLOSED]
    assert len(rows) == 7 * len(CLOSED)
    assert {row.split.rest for row in rows} == {0.0}
    assert {row.split.ci95_rest for row in rows} == {None}


def test_where_only_the_format_fails_the_content_is_0_within_its_interval(
    exams: StudyResults,
) -> None:
    """A fifth of the answers cannot be read, and nothing else differs."""
    for task in ("mednli", "longhealth", "medmcqa", "medqa", "level1", "exam"):
        split = split_of(exams, FORMAT, task)
        assert split.ci95_content is not None
        assert split.ci95_content.low <= 0 <= split.ci95_content.high
        assert split.ci95_form is not None
        assert split.ci95_form.high < -3
        assert split.q_form is not None
        assert split.q_form < 0.05


def test_the_likeliest_answer_gives_back_what_the_format_costs(exams: StudyResults) -> None:
    for task in ("mednli", "medmcqa", "medqa"):
        split = split_of(exams, FORMAT, task)
        assert split.choice is not None
        assert split.ci95_choice is not None
        assert split.ci95_choice.low > 0
        assert split.choice == pytest.approx(split.choice_tuned - split.choice_base)
        assert split.delta is not None
        assert abs(split.delta + split.choice) < 3


def test_the_likeliest_answer_is_compared_with_the_generated_one_item_by_item(
    exams: StudyResults, exam_store: Path
) -> None:
    def gap(model: str) -> "pd.Series[float]":
        (path,) = (exam_store / "cells" / "medqa" / model).rglob("*.parquet")
        frame = pd.read_parquet(path).sort_values("sample_id", ignore_index=True)
        return 100 * (frame.score_accuracy_choice - frame.score_accuracy)

    base, tuned = gap(BASE), gap(FORMAT)
    split = split_of(exams, FORMAT, "medqa")
    assert split.choice_base == pytest.approx(base.mean())
    assert split.choice_tuned == pytest.approx(tuned.mean())
    change = tuned - base
    assert split.choice == pytest.approx(change.mean())
    assert split.se_choice == pytest.approx(change.std(ddof=1) / len(change) ** 0.5)


def test_without_that_metric_the_columns_are_empty(results: StudyResults) -> None:
    assert {row.split.choice for row in splits(results)} == {None}


def test_all_tests_of_the_prompt_setting_are_one_family(exams: StudyResults) -> None:
    rows = [row.split for row in splits(exams)]
    names = ("form", "content", "choice")
    tests = [(getattr(one, f"p_{n}"), getattr(one, f"q_{n}")) for one in rows for n in names]
    tested = [(p, q) for p, q in tests if p is not None]
    assert {one.hypotheses for one in rows} == {len(tested)}
    assert [q for _, q in tested] == pytest.approx(
        benjamini_hochberg([p for p, _ in tested]).tolist()
    )


def test_levels_are_weighted_sums_of_their_data_sets(exams: StudyResults) -> None:
    level = split_of(exams, "med42_8b", "level1")
    parts = [split_of(exams, "med42_8b", t) for t in ("mednli", "meqsum", "problem_summary")]
    for name in ("form", "content", "rest"):
        assert getattr(level, name) == pytest.approx(np.mean([getattr(p, name) for p in parts]))
        errors = [getattr(p, f"se_{name}") or 0.0 for p in parts]
        assert getattr(level, f"se_{name}") == pytest.approx(np.linalg.norm(errors) / 3)


def test_the_pooled_parts_add_up_to_the_mean_of_these_pairs(exams: StudyResults) -> None:
    (setting,) = exams.settings
    for pooled in setting.format_content.pooled:
        mean = setting.answers[pooled.level].meta.fixed_set.delta
        total = sum(part.delta for part in pooled.parts.values())
        assert total == pytest.approx(mean, abs=EXACT)


def test_a_model_without_readable_answers_is_refused(tmp_path: Path) -> None:
    for model in ("b", "t"):
        unread = model == "t"
        records = [
            record(f"s{n}", {"accuracy": float(not unread and n % 2)}, unparsed=unread)
            for n in range(12)
        ]
        base = "b" if unread else None
        cell(tmp_path, model, "mednli", records, base=base, access="open", score=["accuracy"])
    split = split_of(run(found_study(tmp_path), quick(sensitivity=False)), "t", "mednli")
    assert split.refused == (
        "readable answers of the biomedical model are in 0 clusters: too few for a mean"
    )
    assert (split.readable_base, split.readable_tuned, split.form) == (100.0, 0.0, None)
