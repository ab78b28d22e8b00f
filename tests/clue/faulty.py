"""Jobs in this process, into which tests put faults; their scores need no model."""

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


def job_request(
    mlruns: Path, data: Path, *overrides: str, tasks: tuple[str, ...] = TWO
) -> JobRequest:
    """Returns the first job of `run.py -m backend=fake task=[...]`."""
    given = [f"task=[{','.join(tasks)}]", "backend=fake", *overrides]
    places = [f"paths.mlruns={mlruns}", f"paths.data={data}"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        composed = compose("config", [*given, *places])
    folder = mlruns / "hydra" / "now" / "0"
    return JobRequest(composed, folder, "python run.py", in_sweep=True, logging={}, verbose=False)


def done(job: JobRequest, number: int = 0) -> dict[str, Outcome]:
    """Run a job as a command of its own; returns the outcome of each cell by task."""
    job.outcomes.unlink(missing_ok=True)
    return run_beside(job, number)


def run_beside(job: JobRequest, number: int) -> dict[str, Outcome]:
    """Run it as another job of the same sweep; returns the outcome of each cell by task."""
    job = replace(job, folder=job.folder.with_name(str(number)))
    run_job(job)
    return {row.task: row for row in outcome.read(job.outcomes)}


def statuses(rows: dict[str, Outcome]) -> dict[str, str]:
    """Task to status."""
    return {task: row.status for task, row in rows.items()}


def act_after(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], Any], after: int = 3) -> None:
    """Call a fault once, when this many answers of the command are stored."""
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
