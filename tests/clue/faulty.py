"""Jobs in this process, so that faults can be put where they hurt; their scores need no model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir

from clue.backends.fake import FakeBackend
from clue.config.folders import CONF
from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome
from clue.launch import sweep  # noqa: F401  the latter makes schema and resolvers known
from clue.launch.worker import JobRequest, run_job

TWO = ("mednli", "longhealth1")
"""Their only metric needs no model."""


def asked(mlruns: Path, data: Path, *overrides: str, tasks: tuple[str, ...] = TWO) -> JobRequest:
    """What `run.py -m backend=fake task=[...]` asks of its first job."""
    given = [f"task=[{','.join(tasks)}]", "backend=fake", *overrides]
    places = [f"paths.mlruns={mlruns}", f"paths.data={data}"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        composed = compose("config", [*given, *places])
    folder = mlruns / "hydra" / "now" / "0"
    return JobRequest(composed, folder, "python run.py", in_sweep=True, logging={}, verbose=False)


def done(job: JobRequest, number: int = 0) -> dict[str, Outcome]:
    """Do it, as a command of its own; what became of each cell, by task."""
    job.outcomes.unlink(missing_ok=True)
    return beside(job, number)


def beside(job: JobRequest, number: int) -> dict[str, Outcome]:
    """Do it as another job of the same sweep."""
    job = replace(job, folder=job.folder.with_name(str(number)))
    run_job(job)
    return {row.task: row for row in outcome.read(job.outcomes)}


def statuses(rows: dict[str, Outcome]) -> dict[str, str]:
    """Task to status."""
    return {task: row.status for task, row in rows.items()}


def answering(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], Any], after: int = 3) -> None:
    """Let something happen once, when so many answers of the command are stored."""
    generate = FakeBackend.generate
    left = [after]

    def faulty(self: FakeBackend, prompts: Any, done: Any = ()) -> Any:
        for answer in generate(self, prompts, done):
            yield answer
            left[0] -= 1
            if left[0] == 0:
                fault()

    monkeypatch.setattr(FakeBackend, "generate", faulty)


def lines(mlruns: Path, task: str) -> int:
    """Stored answers to a task."""
    found = mlruns.glob(f"cells/{task}/*/*/completions.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in found)
