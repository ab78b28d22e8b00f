"""Sweeps over several processes: what is lost, what is not, and what the next command does."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests import tiny
from tests.conftest import Cli, command_line
from tests.test_run import rows, runs, tables

FOUR = ("smollm2_135m", "llama2_7b", "meditron7b", "biomistral7b")
SIX = "task=[mednli,longhealth1,longhealth2,longhealth3,medisumcode,medisumqa]"
SWEEP = (
    *("-m", f"model={','.join(FOUR)}", SIX, "backend=fake"),
    *("tasks.medisumqa.metrics=[rouge1]", "tasks.medisumqa.score=[rouge1]"),
)
PROCESSES = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=4", "isolate=true")


def outcomes(mlruns: Path, job: int) -> list[dict[str, str]]:
    """Rows that a job of the newest sweep has written."""
    found = sorted(mlruns.glob(f"hydra/*/*/{job}/outcomes.jsonl"))
    return list(map(json.loads, found[-1].read_text().splitlines())) if found else []


def process_of(job: int, sweep: subprocess.Popen[str]) -> psutil.Process | None:
    for process in psutil.Process(sweep.pid).children(recursive=True):
        try:
            command = process.cmdline()
        except psutil.NoSuchProcess:
            continue
        if "clue.launch.worker" in command and Path(command[-1]).name == str(job):
            return process
    return None


def kill(sweep: subprocess.Popen[str], mlruns: Path, moments: dict[int, int]) -> None:
    """Kill each of these jobs once it has finished so many cells."""
    remaining = dict(moments)
    while remaining and sweep.poll() is None:
        time.sleep(0.01)
        for job, cells in list(remaining.items()):
            ended = sum(row["status"] == "done" for row in outcomes(mlruns, job))
            process = process_of(job, sweep) if ended >= cells else None
            if process:
                process.send_signal(signal.SIGKILL)
                del remaining[job]
    assert not remaining


def contents(mlruns: Path) -> dict[tuple[str, ...], list[dict[str, object]]]:
    return {path.parts[-4:-1]: rows(path) for path in tables(mlruns)}


@pytest.mark.soak
def test_a_sweep_of_24_cells_that_lost_two_processes_is_finished_by_the_same_command(
    cli: Cli, mlruns: Path, data: Path, models: Path, tmp_path: Path
) -> None:
    whole = cli(*SWEEP, f"paths.mlruns={tmp_path / 'whole'}")
    assert whole.returncode == 0, whole.stdout
    chance = random.Random(5)
    moments = {job: chance.randint(1, 4) for job in chance.sample(range(4), 2)}
    command = command_line(mlruns, data, models, *SWEEP, *PROCESSES)
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        kill(sweep, mlruns, moments)
        said, _ = sweep.communicate(timeout=300)
    assert sweep.returncode == 1
    assert "was killed (SIGKILL)" in said
    lost = [row for job in range(4) for row in outcomes(mlruns, job) if row["status"] == "failed"]
    assert {row["model"] for row in lost} == {FOUR[job] for job in moments}
    assert f"{24 - len(lost)} done, {len(lost)} failed" in said
    again = cli(*SWEEP, *PROCESSES)
    assert again.returncode == 0, again.stdout
    assert f"{len(lost)} done, {24 - len(lost)} skipped" in again.stdout
    assert len(contents(mlruns)) == 24
    assert contents(mlruns) == contents(tmp_path / "whole")
    parents = {run.info.run_id: run.data.tags["clue.model"] for run in runs(mlruns, "job")}
    finished = [run for run in runs(mlruns) if run.info.status == "FINISHED"]
    assert len(finished) == 24
    for run in finished:
        assert parents[run.data.tags["mlflow.parentRunId"]] == run.data.tags["clue.model"]


@pytest.mark.slow
def test_jobs_are_spread_over_the_gpus_and_long_prompts_are_left_out(
    cli: Cli, mlruns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    data = tmp_path / "data"
    tiny.mednli(data)
    tiny.longhealth(data, patients=2, questions=2, words=1500)
    done = cli(
        *(
            "-m",
            "model=meditron7b,llama2_7b,hf",
            "task=[mednli,longhealth1]",
            "model.dtype=float32",
        ),
        *("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", f"paths.data={data}"),
    )
    assert done.returncode == 1
    assert "2 done, 2 too long, 2 failed" in done.stdout
    assert "too long: meditron7b/longhealth1/paper: 20 of 20 prompts of " in done.stdout
    logs = "\n".join(log.read_text() for log in mlruns.glob("hydra/*/*/*/clue.log"))
    assert "on GPU 3\n" in logs
    assert "on GPU 5\n" in logs
    assert {run.data.tags["clue.model"] for run in runs(mlruns)} == {"meditron7b", "llama2_7b"}


@pytest.mark.soak
def test_submitted_jobs_outlive_one_that_is_lost(
    cli: Cli, mlruns: Path, data: Path, models: Path
) -> None:
    arguments = (
        *("-m", "model=smollm2_135m,llama2_7b", "task=mednli", "backend=fake"),
        "hydra/launcher=submitit_local",
    )
    command = command_line(mlruns, data, models, *arguments)
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        while not (outcomes(mlruns, 0) and outcomes(mlruns, 1)) and sweep.poll() is None:
            time.sleep(0.01)
        children = psutil.Process(sweep.pid).children(recursive=True)
        next(child for child in children if "submitit.core._submit" in child.cmdline()).kill()
        said, _ = sweep.communicate(timeout=300)
    assert sweep.returncode == 1
    assert "1 done, 1 failed" in said
    assert "its process was lost" in said
    again = cli(*arguments)
    assert again.returncode == 0
    assert "1 done, 1 skipped" in again.stdout
