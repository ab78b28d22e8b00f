"""A family of hypotheses has its declared size, whatever the store contains."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.paired_study import StudyResults, run
from analysis.paired_study.hypotheses import FamilyScope, judge
from analysis.paired_study.hypothesis_group import UnjudgedComparison
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from benchmarks.found_study import found_study
from clue.config.study_schema import StudyConf
from clue.records import Record
from clue.task import task_files
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import declared_cell, declared_study, record

PAIRS = {
    "meditron7b": "llama2_7b",
    "aloe8b": "llama3_8b_instruct",
    "biomistral7b": "mistral7b_instruct_v01",
}
TASKS = {"mednli": 12, "meqsum": 14}
"""Task to its number of items."""
STUDY = ("models=meditron7b,aloe8b,biomistral7b", "tasks=mednli,meqsum")


def answers(task: str, pair: int, shift: float = 0.0) -> list[Record]:
    """Scores of a base model, or with a shift those of the model that was tuned from it."""
    rng = np.random.default_rng(pair)
    base, noise = rng.random(TASKS[task]) / 2, rng.normal(size=TASKS[task]) / 7
    scores = np.clip(base + shift + noise, 0, 1) if shift else base
    names = task_files.load(task).metrics
    return [record(f"{n:02}", dict.fromkeys(names, float(x))) for n, x in enumerate(scores)]


def write_pairs(store: Path, names: Sequence[str]) -> None:
    """Cells of some pairs on both tasks; each differs more than the one before."""
    for task in TASKS:
        for number, tuned in enumerate(names):
            declared_cell(store, PAIRS[tuned], task, answers(task, number))
            declared_cell(store, tuned, task, answers(task, number, 0.1 + number / 10))


def analysed(store: Path, *words: str) -> StudyResults:
    return run(*declared_study(store, *words))


def confirmatory(results: StudyResults) -> dict[tuple[str, str], ResultRow]:
    """Rows of data sets by tuned model and task."""
    return {
        (row.key.tuned, row.key.task): row
        for row in results.rows
        if row.judgement.confirmatory and row.key.analysis == PRIMARY
    }


def test_a_declared_comparison_that_is_not_stored_counts_in_holms_correction(
    tmp_path: Path,
) -> None:
    write_pairs(tmp_path, ["meditron7b"])
    rows = confirmatory(analysed(tmp_path, *STUDY))
    assert set(rows) == {("meditron7b", "mednli"), ("meditron7b", "meqsum")}
    assert {row.judgement.hypotheses for row in rows.values()} == {6}
    first, second = sorted(rows.values(), key=lambda row: row.judgement.p or 0)
    assert first.judgement.p is not None
    assert second.judgement.p is not None
    assert first.judgement.p < second.judgement.p < 0.2
    by_hand = 6 * first.judgement.p, max(6 * first.judgement.p, 5 * second.judgement.p)
    adjusted = first.judgement.p_adjusted, second.judgement.p_adjusted
    assert adjusted == pytest.approx([min(1.0, p) for p in by_hand])


def test_one_declared_pair_on_one_task_is_not_corrected(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["meditron7b"])
    (row,) = confirmatory(analysed(tmp_path, "models=meditron7b", "tasks=mednli")).values()
    assert row.judgement.hypotheses == 1
    assert row.judgement.p_adjusted == row.judgement.p


def test_with_all_cells_the_correction_is_that_of_the_stored_ones(tmp_path: Path) -> None:
    write_pairs(tmp_path, list(PAIRS))
    declared = confirmatory(analysed(tmp_path, *STUDY))
    found = confirmatory(run(found_study(tmp_path), quick(sensitivity=False)))
    assert set(declared) == set(found)
    assert len(declared) == 6
    for key, row in declared.items():
        assert row.judgement == found[key].judgement


def test_a_pair_of_ones_own_changes_no_correction(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["meditron7b"])
    before = analysed(tmp_path, *STUDY)
    write_pairs(tmp_path, ["meditron7b", "biomistral7b"])
    study = ("models=meditron7b,aloe8b,internist7b", "tasks=mednli,meqsum")
    after = analysed(tmp_path, *study)
    assert confirmatory(after).keys() == confirmatory(before).keys()
    for key, row in confirmatory(before).items():
        assert confirmatory(after)[key].judgement == row.judgement
    assert {trial.table.facts["model"] for trial in after.study.trials} == {"biomistral7b"}


def test_a_family_that_is_not_declared_is_exploratory(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["meditron7b"])
    results = analysed(tmp_path, *STUDY, "families=overall,levels")
    assert not confirmatory(results)
    assert {row.judgement.tests for row in results.rows} == {"F4"}


@pytest.fixture
def comparisons(results: StudyResults) -> list[UnjudgedComparison]:
    """Comparisons of seven pairs on all tasks, with p-values of equivalence from .01 to .07."""
    tuned = sorted({row.key.tuned for row in results.rows})
    tost = {name: (number + 1) / 100 for number, name in enumerate(tuned)}
    return [
        UnjudgedComparison(row.key, row.data, replace(row.comparison, tost_p=tost[row.key.tuned]))
        for row in results.rows
    ]


def judged(
    results: StudyResults, comparisons: list[UnjudgedComparison], sizes: dict[str, int] | None
) -> list[ResultRow]:
    """Rows of the overall score, by p."""
    scores = results.study.declaration.tested_scores
    rows = judge(comparisons, FamilyScope(scores, sizes, declared=True), StudyConf())
    overall = [row for row in rows if row.judgement.tests == "F1"]
    return sorted(overall, key=lambda row: row.judgement.p or 0)


@pytest.mark.parametrize("size", [None, 7, 12])
def test_holms_p_is_over_the_declared_number(
    results: StudyResults, comparisons: list[UnjudgedComparison], size: int | None
) -> None:
    rows = judged(results, comparisons, None if size is None else {"overall": size})
    assert len(rows) == 7
    total, largest = size or 7, 0.0
    for number, row in enumerate(rows):
        assert row.judgement.p is not None
        largest = max(largest, min(1.0, (total - number) * row.judgement.p))
        assert row.judgement.p_adjusted == pytest.approx(largest)
        assert row.judgement.hypotheses == total
    equivalence = sorted(row.judgement.p_equivalence or 0 for row in rows)
    by_hand = [(total - number) * (number + 1) / 100 for number in range(7)]
    assert equivalence == pytest.approx(list(np.maximum.accumulate(by_hand)))


def test_the_joint_interval_is_over_the_declared_number(
    results: StudyResults, comparisons: list[UnjudgedComparison]
) -> None:
    for size in (7, 12):
        for row in judged(results, comparisons, {"overall": size}):
            comparison, interval = row.comparison, row.judgement.ci_simultaneous
            assert interval is not None
            assert comparison.df is not None
            quantile = stats.t.ppf(1 - 0.05 / (2 * size), comparison.df)
            half_width = quantile * (comparison.se_cr2 or 0)
            assert interval.high - comparison.delta == pytest.approx(half_width)
            assert comparison.delta - interval.low == pytest.approx(half_width)
