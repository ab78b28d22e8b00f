"""Models on their own: the scores are those of the cells, and what shares patients knows it."""

from pathlib import Path

import numpy as np
import pytest

from analysis.paired_study import StudyResults
from analysis.paired_study.standings import metric_score, standings
from benchmarks.found_study import cells_by_name, paper_tree
from benchmarks.planted import Plan
from benchmarks.synthetic import write
from clue.metrics.summary import summary
from clue.store.records_table import read_table
from clue.task import task_files
from clue.task.levels import composites


def test_scores_and_intervals_are_those_of_the_cells(store: Path, results: StudyResults) -> None:
    for standing in results.standings["paper"]:
        scores_by_name: dict[str, float] = {}
        for path in store.glob(f"cells/*/{standing.model}/*/records-*.parquet"):
            table = read_table(path)
            task = task_files.load(table.facts["task"])
            means = summary(task, table.records)
            scores_by_name[task.name] = means["score"]
            score = standing.scores[task.name]
            assert score.estimate.interval() == pytest.approx(
                (means["score_low"], means["score_high"])
            )
            assert score.n == len({record.sample_id for record in table.records})
            assert score.n_clusters == means["n_clusters"]
        scores_by_name |= composites(scores_by_name, paper_tree())
        assert {n: s.estimate.delta for n, s in standing.scores.items()} == pytest.approx(
            scores_by_name
        )


def test_bases_stand_before_what_was_made_of_them(results: StudyResults) -> None:
    models = [standing.model for standing in results.standings["paper"]]
    assert models.index("llama3_8b") + 1 == models.index("aloe8b") == models.index("med42_8b") - 1


def test_tasks_with_the_same_patients_do_not_count_as_independent(results: StudyResults) -> None:
    """LongHealth's three tasks ask the same patients; MedNLI and MeQSum have other people."""
    standing = next(s for s in results.standings["paper"] if s.model == "llama2_7b")
    parts = [standing.scores[f"longhealth{number}"] for number in (1, 2, 3)]
    longhealth = standing.scores["longhealth"]
    assert longhealth.n == parts[0].n
    assert longhealth.n_clusters == parts[0].n_clusters
    assert longhealth.estimate.df == min(part.estimate.df for part in parts)
    level = standing.scores["level1"].estimate
    names = ("mednli", "meqsum", "problem_summary")
    errors = [standing.scores[name].estimate.se for name in names]
    assert level.se == pytest.approx(float(np.linalg.norm(errors)) / 3)


def test_a_composite_without_one_of_its_parts_is_none(tmp_path: Path) -> None:
    write(tmp_path, Plan({"aloe8b": "llama3_8b"}, scale=0.02, tasks=("mednli", "meqsum")))
    (base, _) = standings(cells_by_name(tmp_path), paper_tree(), "paper")
    assert set(base.scores) == {"mednli", "meqsum"}
    assert standings(cells_by_name(tmp_path), paper_tree(), "zero_shot") == []


def test_a_metric_is_of_the_items_that_define_it(results: StudyResults) -> None:
    cell = next(c for p, c in results.cells.items() if p.task == "medisumqa")
    scores = cell.columns.scores["umls_f1"]
    score = metric_score(cell, "umls_f1")
    assert score is not None
    assert score.estimate.delta == pytest.approx(100 * np.nanmean(scores))
    assert score.n == np.count_nonzero(~np.isnan(scores)) < len(scores)
