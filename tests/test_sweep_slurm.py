"""The launchers for Slurm, against programs that stand in for Slurm's and run jobs here."""

from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir

from clue.config.folders import CONF
from clue.launch import sweep  # noqa: F401  makes the schema known
from tests.conftest import Cli
from tests.test_run import runs

SBATCH = """#!/bin/bash
cp "$1" "$(dirname "$0")/batch.sh"
last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\)%.*/\\1/p' "$1")
for n in $(seq 0 "$last"); do
  (
    SLURM_JOB_ID=7$n SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$n bash "$1" > /dev/null 2>&1
    touch "$(dirname "$0")/ended_$n"
  ) > /dev/null 2>&1 &
done
echo "Submitted batch job 7"
"""
SRUN = """#!/bin/bash
while [[ $1 == --* ]]; do [[ $1 == --unbuffered ]] && shift || shift 2; done
exec "$@"
"""
SACCT = """#!/bin/bash
echo 'JobID|State|NodeList'
for ended in "$(dirname "$0")"/ended_*; do
  [[ -e $ended ]] && echo "7_${ended##*_}|FAILED|node"
done
exit 0
"""
"""A job that ended is FAILED: with a result it counts as done, without one it is an error."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in {"sbatch": SBATCH, "srun": SRUN, "sacct": SACCT}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.mark.slow
def test_a_sweep_is_one_array_that_asks_for_what_the_file_says(
    cli: Cli, mlruns: Path, cluster: Path
) -> None:
    done = cli(
        *("-m", "model=smollm2_135m,llama2_7b", "task=mednli", "backend=fake"),
        *("hydra/launcher=slurm_gpu", "hydra.launcher.partition=gpus"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 done" in done.stdout
    assert {run.data.tags["clue.model"] for run in runs(mlruns)} == {"smollm2_135m", "llama2_7b"}
    asked = (cluster / "batch.sh").read_text().splitlines()
    assert {line.removeprefix("#SBATCH --") for line in asked if line.startswith("#SBATCH")} >= {
        *("gpus-per-node=1", "cpus-per-task=8", "mem=64GB", "time=720", "partition=gpus"),
        *("array=0-1%2", "signal=USR2@180", "open-mode=append"),
    }


def launcher(name: str) -> Any:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        composed = compose("config", [f"hydra/launcher={name}"], return_hydra_config=True)
    return composed.hydra.launcher


@pytest.mark.parametrize(
    ("name", "gpus"), [("slurm_gpu", 1), ("slurm_8gpu", 8), ("slurm_cpu", None)]
)
def test_every_launcher_file_asks_for_its_gpus_and_is_queued_again(
    name: str, gpus: int | None
) -> None:
    asked = launcher(name)
    assert asked.gpus_per_node == gpus
    assert asked.max_num_timeout > 0
    assert asked.timeout_min * 60 > 10 * asked.signal_delay_s
