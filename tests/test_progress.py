"""Progress of real commands: in a file, on a terminal, beside them, and after they are killed."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from clue.launch import reporter
from tests.conftest import command_line
from tests.test_sweep_shards import workers

SLOW = (
    *("-m", "model=smollm2_135m,llama2_7b", "task=[mednli,longhealth1]", "backend=fake"),
    *("backend.pace=0.03", "prompt=zero_shot"),
)
SOON = 120.0
"""Seconds: commands of a loaded machine take their time."""


def status(mlruns: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clue", "status", "--mlruns", str(mlruns), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=SOON)


def facts(mlruns: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(status(mlruns, "--json").stdout)
    return answer


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.2)


def is_generating(mlruns: Path) -> bool:
    sweeps = facts(mlruns)["sweeps"]
    cells = [cell for sweep in sweeps for job in sweep["jobs"] for cell in job["cells"]]
    return any(cell.get("phase") == "generating" and cell["tokens"] for cell in cells)


def files(mlruns: Path) -> list[Path]:
    return sorted((mlruns / "progress").glob("*/*"))


@pytest.mark.slow
def test_a_sweep_is_seen_beside_it_and_leaves_nothing(
    mlruns: Path, data: Path, models: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    assert status(mlruns).returncode == 0
    with log.open("w") as output:
        command = command_line(mlruns, data, models, *SLOW)
        sweep = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        wait_for(lambda: is_generating(mlruns))
        seen = status(mlruns)
        (shown,) = facts(mlruns)["sweeps"]
        assert sweep.wait(SOON) == 0, log.read_text()
    assert seen.returncode == 0
    assert re.search(r"cell \d of 4: \w+/\w+/zero_shot: ", seen.stdout)
    assert re.search(r"all 4 cells: .*1 running, \d waiting", seen.stdout)
    assert "0 tokens/s" not in re.sub(r"\d0 tokens/s", "", seen.stdout)
    assert shown["alive"]
    assert [job["model"] for job in shown["jobs"]] == ["smollm2_135m", "llama2_7b"]
    assert sum(shown["counts"].values()) == shown["cells"] == 4
    assert not files(mlruns)
    assert status(mlruns).returncode == 0
    texts = [line for line in log.read_text().splitlines() if "all 4 cells" in line]
    assert any("of 4: " in line for line in texts)


@pytest.mark.slow
def test_a_killed_sweep_is_shown_as_gone_and_the_next_command_removes_its_files(
    mlruns: Path, data: Path, models: Path
) -> None:
    command = command_line(mlruns, data, models, *SLOW)
    with subprocess.Popen(command, stdout=-3, stderr=-3) as sweep:
        wait_for(lambda: is_generating(mlruns))
        sweep.send_signal(signal.SIGKILL)
    left = files(mlruns)
    assert left
    seen = status(mlruns)
    assert seen.returncode == 4
    assert "nothing runs" in seen.stdout
    assert "its process is gone (killed?)" in seen.stdout
    assert "running" not in seen.stdout.replace("run.py", "")
    short = ("model=smollm2_135m", "task=[mednli]", "backend=fake", "limit=1")
    again = command_line(mlruns, data, models, *short)
    assert subprocess.run(again, capture_output=True, timeout=SOON).returncode == 0
    assert not files(mlruns)


@pytest.mark.slow
def test_processes_of_a_pool_report_over_the_cells_of_the_sweep(
    mlruns: Path, data: Path, models: Path
) -> None:
    pool = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    command = command_line(mlruns, data, models, *SLOW, *pool)
    both = False
    with subprocess.Popen(command, stdout=-1, stderr=-2, text=True) as sweep:
        while sweep.poll() is None and not both:
            sweeps = facts(mlruns)["sweeps"]
            both = bool(sweeps) and [job["state"] for job in sweeps[0]["jobs"]] == ["running"] * 2
        said, _ = sweep.communicate(timeout=SOON)
    assert sweep.returncode == 0, said
    assert both
    assert not files(mlruns)


@pytest.mark.slow
def test_the_processes_of_a_pool_end_with_their_command(
    mlruns: Path, data: Path, models: Path
) -> None:
    """Otherwise they would hold its GPUs and the locks of its cells."""
    pool = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    command = command_line(mlruns, data, models, *SLOW, "backend.pace=0.2", *pool)
    with subprocess.Popen(command, stdout=-3, stderr=-3) as sweep:
        try:
            wait_for(lambda: len(workers(sweep)) == 2)
            processes = [one for job in workers(sweep) for one in (job, job.parent())]
        finally:
            sweep.kill()
    _, alive = psutil.wait_procs(processes, timeout=SOON)
    for process in alive:
        process.kill()
    assert len(processes) == 4
    assert not alive
    assert "running" not in status(mlruns).stdout.replace("run.py", "")


@pytest.mark.slow
def test_a_terminal_shows_the_cell_with_a_bar(mlruns: Path, data: Path, models: Path) -> None:
    command = command_line(mlruns, data, models, *SLOW[1:])
    command[command.index(SLOW[1])] = "model=smollm2_135m"
    terminal, side = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "160", "LINES": "40"}
    process = subprocess.Popen(command, stdout=side, stderr=side, env=environment)
    os.close(side)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the terminal is closed with its last process
            break
        if not part:
            break
        shown += part
    assert process.wait(SOON) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(r"━.*cell 1 of 2: smollm2_135m/\w+/zero_shot: generating, ", text)
    assert "all 2 cells" in text
    assert "INFO cell" not in text  # the table is there instead of lines


def test_a_line_comes_in_time_whatever_the_job_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(reporter.time, "monotonic", lambda: now)
    caplog.set_level("INFO")
    report = reporter.SweepReport()
    report._shown = 0.0
    folder = reporter.ProgressFolder.of(tmp_path, tmp_path / "out")
    job = {"number": 0, "model": "m", "prompt": "p", "tasks": ["t"]}
    report.open(folder, {"output": str(tmp_path / "out"), "jobs": [job]})
    times = []
    for second in range(120):
        now = float(second)
        before = len(caplog.messages)
        report.update()
        times += [second] * (len(caplog.messages) - before)
    assert 4 <= len(times) <= 6
    assert max(b - a for a, b in zip([0, *times], times, strict=False)) <= 30
    assert caplog.messages[-1].startswith("1 cell: 1 waiting")
    report.close()
    assert not files(tmp_path)
