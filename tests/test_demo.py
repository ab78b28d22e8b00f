"""The commands of `make demo`, on small data and without weights."""

from pathlib import Path

import pytest

from clue.config import model_files
from clue.task import task_files
from tests.conftest import Cli
from tests.test_run import runs


@pytest.mark.slow
def test_the_demo_runs_a_pair_on_every_task_with_one_command(cli: Cli, mlruns: Path) -> None:
    done = cli("-m", "study=demo", "backend=fake", "limit=1")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {(run.data.tags["clue.model"], run.data.tags["clue.task"]) for run in runs(mlruns)}
    pair = [name for name in model_files.names() if name.startswith("smollm2")]
    assert len(pair) == 2
    assert found == {(model, task) for model in pair for task in task_files.expanded("all")}
    bases = {run.data.tags.get("clue.base") for run in runs(mlruns)}
    assert bases == {None, "smollm2_135m"}


@pytest.mark.slow
def test_a_study_runs_no_model_that_it_does_not_declare(cli: Cli, mlruns: Path) -> None:
    done = cli("study=demo", "backend=fake", "limit=1", "model=aloe8b", "task=meqsum")
    assert done.returncode == 1
    assert "not declared by the study 'demo'" in done.stderr
    assert not (mlruns / "cells").exists()
