import os
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from clue.config.study_schema import StudyConf
from clue.errors import ClueError
from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome
from clue.launch import sweep


@pytest.fixture(autouse=True)
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sweep whose folder is known, as after its start."""
    monkeypatch.setattr(sweep.OutputFolder, "folder", tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "-m"])
    monkeypatch.setenv(sweep.RESTARTED, "")  # so that it is as before afterwards
    monkeypatch.delenv(sweep.RESTARTED)
    return tmp_path


def losing(times: int, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let the pool of workers break so many times; returns the command lines that were run."""
    ran: list[list[str]] = []

    def start() -> None:
        ran.append(list(sys.argv))
        if len(ran) <= times:
            raise BrokenProcessPool

    def main(**_: Any) -> Callable[[Any], Callable[[], None]]:
        return lambda job: start

    monkeypatch.setattr(sweep.hydra, "main", main)
    return ran


def test_a_pool_that_lost_a_worker_is_started_again_in_the_same_folder(
    command: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = losing(2, monkeypatch)
    sweep.launch()
    same = ["run.py", "-m", f"hydra.sweep.dir={command}"]
    assert ran == [["run.py", "-m"], same, same]
    assert sweep.RESTARTED in os.environ


def test_workers_that_are_lost_again_and_again_end_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran = losing(9, monkeypatch)
    with pytest.raises(ClueError, match="lost 3 times"):
        sweep.launch()
    assert len(ran) == sweep.ATTEMPTS


def test_outcomes_of_all_jobs_are_collected_in_order_and_lost_ones_named(command: Path) -> None:
    for number in (10, 2):
        path = command / str(number) / outcome.FILE
        outcome.append(path, Outcome(f"m{number}", "mednli", "paper", "running"))
    outcome.append(command / "2" / outcome.FILE, Outcome("m2", "mednli", "paper", "done"))
    (command / ".submitit").mkdir()
    found = [(row.model, row.status, row.note) for row in sweep.collect("lost")]
    assert found == [("m2", "done", ""), ("m10", "failed", "lost")]


def test_a_new_command_in_the_same_folder_forgets_what_was(
    command: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = command / "0" / outcome.FILE
    outcome.append(path, Outcome("m", "mednli", "paper", "failed"))
    config = OmegaConf.create({"hydra": {"sweep": {"dir": str(command)}}, "study": StudyConf()})
    monkeypatch.setenv(sweep.RESTARTED, "1")
    sweep.OutputFolder().on_multirun_start(config)
    assert path.exists()
    monkeypatch.delenv(sweep.RESTARTED)
    sweep.OutputFolder().on_multirun_start(config)
    assert sweep.collect("lost") == []
