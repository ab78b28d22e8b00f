"""Repeated, resized and rescored cells are told apart in MLflow."""

from pathlib import Path

import pytest
from mlflow.entities import Run

from clue.metrics import failures
from clue.tracking.tracker import Tracker
from clue.tracking.ui_state import state
from clue.tracking.ui_views import VIEWS
from tests.clue.faulty import done, job_request, statuses

TASKS = ("mednli",)


def evaluate(mlruns: Path, *overrides: str) -> None:
    request = job_request(mlruns, Path("demo"), "model=llama2_7b", *overrides, tasks=TASKS)
    assert statuses(done(request)) == {"mednli": "done"}


def runs(mlruns: Path, view: str) -> list[Run]:
    """Runs that a view shows, oldest first."""
    shown = Tracker(None, "clue", mlruns).search(state(VIEWS[view])["searchFilter"])
    return sorted(shown, key=lambda run: run.info.start_time)


def made(mlruns: Path, view: str) -> list[str]:
    return [run.data.tags["clue.made"] for run in runs(mlruns, view)]


def test_a_repeated_cell_supersedes_the_earlier_one(mlruns: Path) -> None:
    evaluate(mlruns, "limit=3")
    evaluate(mlruns, "limit=3", "force=true")
    first, second = runs(mlruns, "history")
    assert made(mlruns, "history") == ["generated", "repeated"]
    assert first.data.tags["clue.superseded_by"] == second.info.run_id
    assert [run.info.run_id for run in runs(mlruns, "cells")] == [second.info.run_id]
    assert len(runs(mlruns, "levels")) == 1


def test_another_number_of_samples_and_another_reader_are_cells_of_their_own(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluate(mlruns, "limit=3")
    evaluate(mlruns, "limit=4")
    monkeypatch.setattr(failures, "VERSION", 1000)
    evaluate(mlruns, "limit=4")
    assert made(mlruns, "cells") == ["generated", "resized", "rescored"]
    assert [run.data.tags["clue.limit"] for run in runs(mlruns, "cells")] == ["3", "4", "4"]


def test_a_cell_names_its_wording_limit_and_scoring(mlruns: Path) -> None:
    evaluate(mlruns)
    (run,) = runs(mlruns, "cells")
    names = ("clue.wording", "clue.limit", "clue.scoring")
    assert [run.data.tags[name] for name in names] == ["own", "none", "embedded"]
    assert run.data.params["shots"].isdigit()


@pytest.mark.parametrize("name", ["cells", "failures", "cost", "history", "levels"])
def test_every_column_of_a_view_exists(name: str, sweep: Path) -> None:
    """A column that no run has is empty for ever: a metric was renamed."""
    columns = {column for column, _ in VIEWS[name].columns}
    present = {
        f"{kind}.{key}"
        for run in runs(sweep, name)
        for kind in ("params", "metrics", "tags")
        for key in getattr(run.data, kind)
    }
    assert columns - present <= SOMETIMES


SOMETIMES = {
    *("tags.clue.studies", "tags.clue.superseded_by", "tags.clue.base"),
    *("metrics.exam_score", "metrics.open_score", "metrics.overall_score"),
    *("metrics.level1_score", "metrics.level2_score", "metrics.longhealth_score"),
    *("metrics.icd_counting_percent", "metrics.hallucinated_percent"),
    *("metrics.header_unread_percent", "metrics.sentence_unread_percent"),
}
"""Columns of bases, of other tasks, of complete levels, and of an analysis."""


@pytest.fixture(scope="module")
def sweep(fresh_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.conftest import empty_store

    store = empty_store(fresh_store, tmp_path_factory.mktemp("sweep") / "mlruns")
    assert statuses(done(job_request(store, Path("demo"), "model=llama2_7b"))) == {
        "mednli": "done",
        "longhealth1": "done",
    }
    return store
