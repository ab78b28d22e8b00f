"""The report as a separate MLflow run."""

from pathlib import Path

from analysis.report.mlflow_run import _identities
from clue.tracking.tracker import Tracker
from tests.analysis.cli.test_study import ONE_PAIR, QUICK, main, pair


def analyse(store: Path, *arguments: str) -> int:
    settings = [setting for setting in QUICK if not setting.startswith("report")]
    return main([*settings, *ONE_PAIR, f"paths.mlruns={store}", *arguments])


def test_the_report_is_a_run_with_links_to_its_source_runs(mlruns: Path) -> None:
    pair(mlruns)
    assert analyse(mlruns) == 0
    assert analyse(mlruns) == 0  # the same results are logged once
    tracker = Tracker(None, "clue", mlruns)
    (run,) = tracker._search("tags.`clue.kind` = 'analysis'")
    assert run.info.status == "FINISHED"
    note = run.data.tags["mlflow.note.content"]
    assert f"(#/experiments/{tracker.experiment_id}/runs/{'0' * 32}?" in note
    assert "meditron7b/meqsum/paper" in note
    assert "clue.marks" not in run.data.tags
    page = tracker.read_text(run.info.run_id, "report.html")
    assert page is not None
    assert "meditron7b scored" in page


def test_the_run_is_marked(mlruns: Path) -> None:
    pair(mlruns, demo=True)
    assert analyse(mlruns, "include_trials=true") == 0
    (run,) = Tracker(None, "clue", mlruns)._search("tags.`clue.kind` = 'analysis'")
    assert run.info.run_name.startswith("analysis/paper [fictional data; trial")
    assert run.data.tags["clue.marks"].startswith("fictional data; trial")
    assert run.data.tags["mlflow.note.content"].startswith("**fictional data; trial")


def test_an_unmarked_analysis_that_was_logged_before_cells_had_marks_is_recognised() -> None:
    cells = [{"model": "m", "limit": None}]
    assert _identities({"cells": [{**cells[0], "marks": []}]}) == cells
    marked = [{**cells[0], "marks": ["fake answers"]}]
    assert _identities({"cells": marked}) == marked


def test_answers_to_credentialed_data_are_not_sent_to_another_machine(mlruns: Path) -> None:
    pair(mlruns, access="credentialed")
    assert analyse(mlruns, "text=full", "tracking.uri=http://mlflow.example.org:5000") == 0
    assert "text of a patient" in (mlruns / "analysis" / "report.html").read_text()


def test_a_store_without_a_tracking_database_gets_no_run(tmp_path: Path) -> None:
    pair(tmp_path)
    assert analyse(tmp_path) == 0
    assert (tmp_path / "analysis" / "report.html").exists()
    assert not (tmp_path / "mlflow.db").exists()


def test_the_note_on_an_undeclared_setting_begins_with_a_warning(mlruns: Path) -> None:
    pair(mlruns, prompt="zero_shot")
    assert analyse(mlruns, "prompts=paper,zero_shot") == 0
    (run,) = Tracker(None, "clue", mlruns)._search("tags.`clue.kind` = 'analysis'")
    note = run.data.tags["mlflow.note.content"]
    warning = "Exploratory: prompt setting zero_shot is not the declared one."
    assert note.startswith(f"**exploratory**\n\n{warning}")
