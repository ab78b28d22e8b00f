"""Pairs as runs of MLflow: the numbers of the report, one run for each row, no doubles."""

import csv
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.entities import Run

from analysis import number_format
from analysis.names import display_name
from analysis.stats.paired import Interval
from clue.tracking.tracker import Tracker
from clue.tracking.ui_state import state
from clue.tracking.ui_views import VIEWS
from tests.analysis.cli.test_study import QUICK, main, pair, texts
from tests.clue.faulty import done, job_request, statuses

TASKS = ("mednli", "meqsum", "problem_summary")
LEVEL1 = ("models=meditron7b", f"tasks=[{','.join(TASKS)}]")


def analyse(store: Path, *arguments: str) -> int:
    settings = [setting for setting in QUICK if not setting.startswith("report")]
    words = [*LEVEL1, *arguments]
    chosen = {word.partition("=")[0]: word for word in words}  # the last one counts
    return main([*settings, f"paths.mlruns={store}", *chosen.values()])


def shown(store: Path) -> list[Run]:
    """Runs in the view of pairs."""
    return Tracker(None, "clue", store).search(state(VIEWS["pairs"])["searchFilter"])


@pytest.fixture
def store(mlruns: Path) -> Path:
    for task in TASKS:
        pair(mlruns, task)
    assert analyse(mlruns) == 0
    return mlruns


def table(store: Path, name: str) -> list[dict[str, str]]:
    with (store / "analysis" / "tables" / f"{name}.csv").open() as file:
        return list(csv.DictReader(file))


def twelve_digits(value: float) -> float:
    """The precision of the files of an analysis."""
    return float(f"{value:.12g}")


def test_the_numbers_are_those_of_the_cells_to_the_last_digit(store: Path) -> None:
    cells = pd.read_parquet(store / "analysis" / "cells.parquet")
    primary = cells[(cells.analysis == "primary") & cells.scope.isin(["task", "level"])]
    rows = {row["task"]: row for row in primary.to_dict("records")}
    runs = {run.data.params["task"]: run for run in shown(store)}
    assert set(runs) == {*TASKS, "level1"} == set(rows)
    columns = {
        **{"delta": "delta", "low": "ci95_low", "high": "ci95_high", "margin": "margin"},
        **{"base_score": "mean_base", "tuned_score": "mean_tuned", "p_holm": "p_adjusted"},
        **{"n": "n", "n_clusters": "n_clusters"},
    }
    for task, run in runs.items():
        expected = {name: rows[task][column] for name, column in columns.items()}
        assert {name: twelve_digits(value) for name, value in run.data.metrics.items()} == expected
        assert run.data.tags["clue.verdict"] == rows[task]["verdict"]


def test_the_numbers_are_those_of_the_reports_tables(store: Path) -> None:
    runs = {display_name(run.data.params["task"]): run.data for run in shown(store)}
    rows = table(store, "tasks")
    assert len(rows) == len(TASKS)
    for row in rows:
        data = runs[row["task"]]
        assert row["Δ"].removeprefix("'") == ascii_points(data.metrics["delta"])
        assert row["95 % CI"].removeprefix("'") == ascii_interval(data.metrics)
        assert row["p"] == number_format.p_cell(data.metrics["p_holm"])
        assert row["base"] == ascii_points(data.metrics["base_score"])
        assert row["n (clusters)"] == f"{data.metrics['n']:.0f} ({data.metrics['n_clusters']:.0f})"
        assert row["verdict"] == data.tags["clue.verdict"]
    (level,) = table(store, "pairs")
    metrics = runs["Level 1"].metrics
    text = level["Level 1"].removeprefix("'")  # before a minus: the cell is no formula
    assert text.startswith(
        f"{ascii_points(metrics['delta'])} [{ascii_interval(metrics)}] "
        f"p {number_format.p_value(metrics['p_holm'])}"
    )


def ascii_points(value: float) -> str:
    return number_format.ascii_signs(number_format.points(value))


def ascii_interval(metrics: dict[str, float]) -> str:
    limits = Interval(metrics["low"], metrics["high"])
    return number_format.ascii_signs(number_format.points_interval(limits))


def test_a_run_is_below_its_analysis_and_says_what_it_is(store: Path) -> None:
    (analysis,) = Tracker(None, "clue", store).search("tags.`clue.kind` = 'analysis'")
    run = next(run for run in shown(store) if run.data.params["task"] == "meqsum")
    tags = run.data.tags
    assert tags["mlflow.parentRunId"] == analysis.info.run_id
    assert run.info.status == "FINISHED"
    names = ("study", "tuned", "base", "task", "prompt", "confirmatory")
    assert [tags[f"clue.{name}"] for name in names] == [
        *("paper", "meditron7b", "llama2_7b", "meqsum", "paper", "true")
    ]
    assert "On MeQSum meditron7b scored" in tags["mlflow.note.content"]
    assert f"runs/{analysis.info.run_id}/artifacts/report.html" in tags["mlflow.note.content"]


def test_the_same_analysis_adds_no_run(store: Path) -> None:
    before = {run.info.run_id for run in shown(store)}
    assert analyse(store) == 0
    assert {run.info.run_id for run in shown(store)} == before


def test_other_results_supersede_the_earlier_ones_until_these_are_back(store: Path) -> None:
    before = {run.info.run_id for run in shown(store)}
    assert analyse(store, "alpha=0.01") == 0
    after = {run.info.run_id for run in shown(store)}
    assert len(after) == len(before)
    assert not after & before
    (newest, older) = Tracker(None, "clue", store).search("tags.`clue.kind` = 'analysis'")
    assert older.data.tags["clue.superseded_by"] == newest.info.run_id
    assert analyse(store) == 0
    assert {run.info.run_id for run in shown(store)} == before


def test_a_row_whose_process_was_killed_is_written_again(store: Path) -> None:
    tracker = Tracker(None, "clue", store)
    lost, *others = shown(store)
    tracker.delete_run(lost.info.run_id)
    client_tags = {**lost.data.tags, "clue.pid": "0"}
    client = mlflow.MlflowClient(tracker.uri)
    half = client.create_run(tracker.experiment_id, tags=client_tags)
    assert analyse(store) == 0
    runs = shown(store)
    assert sorted(run.data.params["task"] for run in runs) == sorted([*TASKS, "level1"])
    assert half.info.run_id not in {run.info.run_id for run in runs}
    assert {run.info.run_id for run in others} < {run.info.run_id for run in runs}


def test_an_earlier_analysis_without_rows_gets_them(store: Path) -> None:
    tracker = Tracker(None, "clue", store)
    for run in shown(store):
        tracker.delete_run(run.info.run_id)
    assert analyse(store) == 0
    assert len(shown(store)) == len(TASKS) + 1


def test_no_text_of_a_sample_is_in_a_run(mlruns: Path) -> None:
    pair(mlruns, "meqsum", texts(0), access="credentialed")
    assert analyse(mlruns, "tasks=meqsum") == 0
    (run,) = shown(mlruns)
    assert "text of a patient" not in str(run.to_dictionary())


def test_runs_of_cells_say_in_which_study_they_count(mlruns: Path) -> None:
    for model in ("llama2_7b", "meditron7b"):
        request = job_request(mlruns, Path("demo"), f"model={model}", "limit=4", tasks=("mednli",))
        assert statuses(done(request)) == {"mednli": "done"}
    quick = ("flips=999", "draws=999", "sensitivity=false", "paths.data=demo")
    main([*quick, f"paths.mlruns={mlruns}"])  # nothing to compare: all cells are trials
    for run in Tracker(None, "clue", mlruns).cells():
        assert run.data.tags["clue.study.paper"].startswith("trial: backend fake")
        assert run.data.tags["clue.studies"].startswith("paper (trial: backend fake")
