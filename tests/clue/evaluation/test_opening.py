"""A job is opened in the order of cost: settings, files, then the model."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from clue.backends.fake import FakeBackend
from clue.cell import Cell
from clue.config.schema import Config
from clue.errors import ConfigError, ModelUnavailable, StoreError
from clue.evaluation.dry_run import plan
from clue.evaluation.generate_only import generate
from clue.evaluation.job import Job
from clue.evaluation.opening import open_job
from clue.evaluation.outcome import Outcome
from clue.evaluation.run import run
from clue.store import lock_scope
from tests import tiny
from tests.clue.faulty import job_request


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tiny.study(tmp_path / "data")


@pytest.fixture
def identified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every model that is identified."""
    names: list[str] = []

    def identity(self: FakeBackend) -> dict[str, Any]:
        names.append("fake")
        return {"name": "fake"}

    monkeypatch.setattr(FakeBackend, "identity", identity)
    return names


def job(tmp_path: Path, data: Path, *overrides: str) -> Job:
    request = job_request(tmp_path / "mlruns", data, *overrides)
    config = OmegaConf.to_object(request.composed)
    assert isinstance(config, Config)
    return Job(config, "python run.py")


def opened(job: Job) -> tuple[list[Outcome], list[Cell]]:
    """Outcomes of cells that failed, and the other cells."""
    failures = []
    opening = open_job(job)
    while True:
        try:
            failures.append(next(opening))
        except StopIteration as end:
            return failures, end.value[0]


def test_a_malformed_setting_is_reported_before_a_model_is_identified(
    tmp_path: Path, data: Path, identified: list[str]
) -> None:
    with pytest.raises(ConfigError, match="limit=0"):
        opened(job(tmp_path, data, "limit=0"))
    assert identified == []


@pytest.mark.parametrize("steps", [run, generate, plan])
def test_missing_data_are_reported_before_a_model_is_identified(
    tmp_path: Path,
    identified: list[str],
    steps: Callable[[Job], Any],
) -> None:
    rows = list(steps(job(tmp_path, tmp_path / "nowhere")))
    assert [(row.task, row.status) for row in rows] == [
        ("mednli", "failed"),
        ("longhealth1", "failed"),
    ]
    assert all("nowhere" in row.note for row in rows)
    assert identified == []


def test_a_missing_training_file_is_reported_before_a_model_is_identified(
    tmp_path: Path, data: Path, identified: list[str]
) -> None:
    (data / "mednli" / "mli_train_v1.jsonl").unlink(missing_ok=True)
    failures, cells = opened(job(tmp_path, data, "prompt.source=train", "task=mednli"))
    assert [row.task for row in failures] == ["mednli"]
    assert cells == []
    assert identified == []


def test_missing_wording_is_reported_before_a_model_is_identified(
    tmp_path: Path, data: Path, identified: list[str]
) -> None:
    failures, cells = opened(job(tmp_path, data, "prompt=upstream"))
    assert "import-upstream" in failures[0].note
    assert cells == []
    assert identified == []


def test_cells_with_data_are_opened_beside_one_without(
    tmp_path: Path, data: Path, identified: list[str]
) -> None:
    (data / "mednli" / "mli_test_v1.jsonl").unlink()
    failures, cells = opened(job(tmp_path, data))
    assert [row.task for row in failures] == ["mednli"]
    assert [cell.task.conf.name for cell in cells] == ["longhealth1"]
    assert identified


def test_a_missing_file_is_still_reported_if_the_model_is_unavailable(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(_: FakeBackend) -> dict[str, Any]:
        raise ModelUnavailable("not here")

    monkeypatch.setattr(FakeBackend, "identity", unavailable)
    (data / "mednli" / "mli_test_v1.jsonl").unlink()
    steps = run(job(tmp_path, data))
    assert next(steps).task == "mednli"
    with pytest.raises(ModelUnavailable):
        next(steps)


def test_a_family_that_does_not_exist_is_reported_first(tmp_path: Path, data: Path) -> None:
    odd = job(tmp_path, data)
    odd = replace(odd, config=replace(odd.config, model=replace(odd.config.model, base="nobody")))
    with pytest.raises(ConfigError, match="nobody"):
        opened(odd)


@pytest.mark.parametrize(
    ("overrides", "job_id"), [((), "7"), (("shards=2", "shard=1", "generate_only=true"), "")]
)
def test_a_disk_with_local_locks_is_refused_where_jobs_may_run_on_several_machines(
    tmp_path: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    overrides: tuple[str, ...],
    job_id: str,
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"host:/ {tmp_path.resolve()} fuse.sshfs rw 0 0\n")
    monkeypatch.setattr(lock_scope, "MOUNTS", mounts)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert len(opened(job(tmp_path, data, "task=mednli", "backend=fake"))[1]) == 1
    if job_id:
        monkeypatch.setenv("SLURM_JOB_ID", job_id)
    one = job(tmp_path, data, "task=mednli", "backend=fake", *overrides)
    with pytest.raises(StoreError, match=r"fuse\.sshfs.*one machine only"):
        opened(one)
