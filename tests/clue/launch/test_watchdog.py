"""Jobs that hang: they are ended, named with what to do, and the next jobs run."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from clue.launch import watchdog, worker_process
from clue.launch.watchdog import Watchdog
from clue.store.progress_files import ProgressFolder, job_file
from tests.clue.launch.requests import broken_request
from tests.conftest import Cli, command_line
from tests.test_sweep_slurm import SACCT, cluster  # noqa: F401  a fixture

SCONTROL = """#!/bin/bash
here=$(dirname "$0")
echo "$@" >> "$here/requeued"
export SLURM_JOB_ID=70 SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0
(sleep 1; bash "$here/batch.sh"; echo >> "$here/ran_again") > /dev/null 2>&1 &
"""
"""A job that is queued again runs, and has ended only then."""
COUNTED = """#!/bin/bash
cd "$(dirname "$0")"; touch requeued ran_again
rm -f ended_0
(( $(wc -l < ran_again) == 2 )) && touch ended_0
"""
HANGING = ("task=mednli", "backend=fake", "backend.pace=1000", "watchdog_min=0.2")


def test_only_minutes_without_progress_count(tmp_path: Path) -> None:
    now = 0.0
    folder = ProgressFolder(tmp_path)
    watch = Watchdog(folder, 2, minutes=1, clock=lambda: now)
    now = 59
    assert not watch.is_due()
    folder.write(job_file(2), {"changed": 1.0})
    folder.write(job_file(1), {"changed": 1.0})
    assert not watch.is_due()
    now = 100
    folder.write(job_file(1), {"changed": 2.0})  # another job's progress
    folder.write(job_file(2), {"changed": 1.0})  # a sign of life without progress
    now = 119
    assert not watch.is_due()
    now = 120
    assert watch.is_due()
    folder.write(job_file(2), {"changed": 3.0})
    assert not watch.is_due()


def test_a_process_that_ignores_every_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_process, "GRACE_SECONDS", 0.5)
    worker = worker_process.WorkerProcess(tmp_path, {})
    os.kill(worker.process.pid, signal.SIGSTOP)
    watch = Watchdog(ProgressFolder(tmp_path), 0, minutes=1 / 60)
    assert not worker.run(broken_request(tmp_path / "0"), watch)
    assert worker.close() == -signal.SIGKILL


def test_a_hang_is_queued_again_twice(tmp_path: Path) -> None:
    signals: list[int] = []
    before = signal.signal(signal.SIGUSR2, lambda number, _: signals.append(number))
    try:
        for _ in range(4):
            watchdog.requeue(tmp_path)
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert len(signals) == 2
    watchdog.requeue(tmp_path / "..")  # without a handler the signal would end this process


@pytest.mark.slow
def test_a_job_that_hangs_fails_and_the_next_one_runs(cli: Cli, mlruns: Path) -> None:
    assert cli("model=llama2_7b", *HANGING[:2]).returncode == 0
    hung = cli("-m", "model=meditron7b,llama2_7b", *HANGING)
    assert hung.returncode == 1
    assert "1 skipped, 1 failed" in hung.stdout
    assert "counted no progress for 0.2 minutes (watchdog_min)" in hung.stdout
    assert "run the same command again" in hung.stdout
    again = cli("-m", "model=meditron7b,llama2_7b", *HANGING[:2])
    assert "1 done, 1 skipped" in again.stdout
    assert not list(mlruns.glob("progress/*/job-*"))


@pytest.mark.soak
@pytest.mark.usefixtures("cluster")
def test_slurm_queues_a_job_that_hangs_again_until_it_hung_three_times(
    cli: Cli,
    mlruns: Path,
    data: Path,
    models: Path,
    cluster: Path,  # noqa: F811
) -> None:
    assert cli("model=llama2_7b", *HANGING[:2]).returncode == 0
    (cluster / "scontrol").write_text(SCONTROL)
    (cluster / "scontrol").chmod(0o755)
    (cluster / "sacct").write_text(COUNTED + SACCT.split("\n", 1)[1])
    arguments = ("-m", "model=meditron7b,llama2_7b", *HANGING, "hydra/launcher=slurm_cpu")
    command = command_line(mlruns, data, models, *arguments)
    hung = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert hung.returncode == 1
    assert (cluster / "requeued").read_text() == "requeue 7_0\n" * 2
    assert "counted no progress for 0.2 minutes (watchdog_min)" in hung.stdout
