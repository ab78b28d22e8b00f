"""A Slurm job near its time limit: the programs of Slurm are stood in for, its signal is real."""

import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests import tiny
from tests.conftest import command_line
from tests.test_run import REAL, rows, runs, tables
from tests.test_sweep_slurm import cluster  # noqa: F401  a fixture

SCONTROL = """#!/bin/bash
here=$(dirname "$0")
echo "$@" >> "$here/requeued"
export SLURM_JOB_ID=70 SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0 SLURM_RESTART_COUNT=1
(sleep 1; bash "$here/batch.sh") > /dev/null 2>&1 &
"""


def stored(mlruns: Path, model: str) -> int:
    found = mlruns.glob(f"cells/*/{model}/*/completions.jsonl")
    return sum(path.read_bytes().count(b"\n") for path in found)


def job_process(mlruns: Path) -> psutil.Process:
    """The process of the first job of the array."""
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "submitit.core._submit" in command and str(mlruns) in command[-1]:
            with process.oneshot():
                if process.environ().get("SLURM_ARRAY_TASK_ID") == "0":
                    return process
    raise AssertionError("there is no such process")


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_a_job_that_slurm_warns_is_queued_again_and_goes_on(
    mlruns: Path,
    models: Path,
    tmp_path: Path,
    cluster: Path,  # noqa: F811
) -> None:
    scontrol = cluster / "scontrol"
    scontrol.write_text(SCONTROL)
    scontrol.chmod(0o755)
    large = tiny.meqsum(tmp_path / "large", size=120)
    arguments = ("-m", "model=llama2_7b,meditron7b", *REAL[1:], "model.dtype=float32")
    launcher = ("hydra/launcher=slurm_cpu", "tasks.meqsum.metrics=[rouge1]")
    score = ("tasks.meqsum.score=[rouge1]",)
    command = command_line(mlruns, large, models, *arguments, *launcher, *score)
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        try:
            while stored(mlruns, "llama2_7b") < 4 and sweep.poll() is None:
                time.sleep(0.01)
            job_process(mlruns).send_signal(signal.SIGUSR2)
            said, errors = sweep.communicate(timeout=200)
        finally:
            sweep.kill()  # it waits for its jobs for ever
    assert sweep.returncode == 0, said + errors
    assert (cluster / "requeued").read_text() == "requeue 7_0\n"
    assert "2 done" in said
    assert len({str(row["sample_id"]) for row in rows(tables(mlruns)[0])}) == 117
    assert stored(mlruns, "llama2_7b") == 117
    assert {run.info.status for run in runs(mlruns)} == {"FINISHED"}
    assert len(runs(mlruns)) == 2
