"""Sharded sweeps that lose processes at any moment, and whose number of shards changes."""

import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.conftest import Cli, command_line
from tests.test_run import runs
from tests.test_sweep_processes import contents

MODELS = ("smollm2_135m", "llama2_7b", "meditron7b")
SWEEP = (
    *("-m", f"model={','.join(MODELS)}", "task=[mednli,longhealth1,medisumqa,medisumcode]"),
    *("backend=fake", "tasks.medisumqa.metrics=[rouge1]", "tasks.medisumqa.score=[rouge1]"),
)
PROCESSES = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "backend.pace=0.004")
CELLS = 12


def workers(sweep: subprocess.Popen[str]) -> list[psutil.Process]:
    """Processes that run jobs of a command."""
    children = []
    for process in psutil.Process(sweep.pid).children(recursive=True):
        try:
            if "clue.launch.worker" in process.cmdline():
                children.append(process)
        except psutil.NoSuchProcess:
            continue
    return children


def answers(mlruns: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in mlruns.glob("cells/*/*/*/c*.jsonl"))


def killed(command: list[str], mlruns: Path, chance: random.Random, kills: int) -> int:
    """Run a command, and kill a worker so many times, each after some more answers.

    Returns its exit code: 0 if no kill hit a process during a job.
    """
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as sweep:
        try:
            for _ in range(kills):
                moment = answers(mlruns) + chance.randint(1, 20)
                while answers(mlruns) < moment and sweep.poll() is None:
                    time.sleep(0.005)
                victims = workers(sweep) if sweep.poll() is None else []
                if victims:
                    chance.choice(victims).send_signal(signal.SIGKILL)
            printed, errors = sweep.communicate(timeout=300)
        finally:
            sweep.kill()
    assert sweep.returncode in (0, 1), printed + errors
    assert ("was killed (SIGKILL)" in printed) == bool(sweep.returncode), printed
    return sweep.returncode


@pytest.mark.soak
def test_shards_that_are_killed_and_dealt_anew_leave_the_records_of_one_undisturbed_process(
    cli: Cli, mlruns: Path, data: Path, models: Path, tmp_path: Path
) -> None:
    whole = cli(*SWEEP, f"paths.mlruns={tmp_path / 'whole'}")
    assert whole.returncode == 0, whole.stdout
    chance = random.Random(2)
    codes = []
    for shards, kills in ((4, 3), (3, 1)):
        command = command_line(mlruns, data, models, *SWEEP, *PROCESSES, f"shards={shards}")
        codes.append(killed(command, mlruns, chance, kills))
    assert 1 in codes
    last = cli(*SWEEP, *PROCESSES, "shards=3")
    assert last.returncode == 0, last.stdout
    assert "failed" not in last.stdout.splitlines()[-1]
    assert contents(mlruns) == contents(tmp_path / "whole")
    assert len(contents(mlruns)) == CELLS
    finished = [run for run in runs(mlruns) if run.info.status == "FINISHED"]
    cells = Counter(run.data.tags["clue.cell"] for run in finished)
    assert len(cells) == CELLS
    assert set(cells.values()) == {1}
    for path in mlruns.glob("cells/*/*/*/completions*.jsonl"):
        assert path.name == "completions.jsonl"
        lines = path.read_text().splitlines()
        assert len(lines) == len(set(lines))
