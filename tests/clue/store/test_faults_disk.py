"""A disk that fills and processes that vanish, in commands of their own."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from clue.cli.store.parser import main
from clue.config.folders import ROOT
from clue.errors import StoreError
from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome
from clue.store.completions import CellStore
from tests.clue.cli.store.test_commands import ANSWER, PROMPT
from tests.clue.faulty import done, job_request, lines, statuses
from tests.test_run import runs, tables

COMMAND = """
import os, resource, signal, sys
from pathlib import Path
import run
from clue.backends.fake import FakeBackend

generate, left = FakeBackend.generate, [3]

def faulty(self, prompts, done=()):
    for answer in generate(self, prompts, done):
        yield answer
        left[0] -= 1
        if left[0] == 0:
            fault()

def fault():
    pass

{fault}
FakeBackend.generate = faulty
sys.exit(run.main(sys.argv[1:]))
"""
ASKED = ("task=[mednli,longhealth1]", "backend=fake")
FULL = """
def fault():
    (path,) = Path({mlruns!r}).glob("cells/mednli/*/*/completions.jsonl")
    size = path.stat().st_size + 50
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
"""
VANISH = """
def fault():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup lets children ignore it
    os.kill(os.getpid(), {number})
"""
BEFORE_RENAMING = """
replace = Path.replace
def vanish(self, target):
    if Path(target).suffix == ".parquet":
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = vanish
"""


def command(mlruns: Path, data: Path, fault: str = "") -> subprocess.CompletedProcess[str]:
    """`python run.py` with a fault after three answers, or none."""
    code = COMMAND.format(fault=fault)
    words = [sys.executable, "-c", code, *ASKED, f"paths.mlruns={mlruns}", f"paths.data={data}"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)


def stored(mlruns: Path) -> tuple[int, int]:
    return lines(mlruns, "mednli"), lines(mlruns, "longhealth1")


def test_a_disk_that_fills_in_the_middle_of_a_line_is_said_and_the_same_command_goes_on(
    mlruns: Path, data: Path
) -> None:
    full = command(mlruns, data, FULL.format(mlruns=str(mlruns)))
    assert full.returncode == 1
    said = full.stdout + full.stderr
    assert "Traceback" not in said
    assert "What was stored before is kept" in said
    assert stored(mlruns)[0] == 3
    (path,) = mlruns.glob("cells/mednli/*/*/completions.jsonl")
    assert not path.read_bytes().endswith(b"\n")
    again = command(mlruns, data)
    assert again.returncode == 0, again.stderr
    assert "removed an incomplete last line (50 bytes)" in again.stdout
    assert "3 of 6 completions are stored" in again.stdout
    assert stored(mlruns) == (6, 45)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_command_that_vanishes_is_finished_by_the_same_command(
    mlruns: Path, data: Path, number: signal.Signals
) -> None:
    gone = command(mlruns, data, VANISH.format(number=int(number)))
    assert gone.returncode == -number
    assert stored(mlruns) == (3, 0)
    assert {run.info.status for run in runs(mlruns)} == {"RUNNING"}
    again = command(mlruns, data)
    assert again.returncode == 0, again.stderr
    assert "closed as KILLED" in again.stdout
    assert stored(mlruns) == (6, 45)
    assert [run.info.status for run in runs(mlruns)] == ["FINISHED"] * 2


def test_a_kill_between_writing_and_renaming_a_table_leaves_no_half_table(
    mlruns: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(mlruns, data, BEFORE_RENAMING).returncode == -signal.SIGKILL
    assert tables(mlruns) == []
    assert stored(mlruns) == (6, 0)
    assert command(mlruns, data).returncode == 0
    assert stored(mlruns) == (6, 45)
    assert len(tables(mlruns)) == 2
    assert main(["verify", "--mlruns", str(mlruns)]) == 0
    assert main(["prune", "--mlruns", str(mlruns), "--yes"]) == 0
    assert "1 file," in capsys.readouterr().out


def test_answers_reach_the_disk_once_a_second_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, synced = [100.0], []
    monkeypatch.setattr("clue.store.checked_lines.time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "clue.store.checked_lines.os.fsync", lambda file: synced.append(os.fstat(file).st_size)
    )
    store, sizes = CellStore(tmp_path), []
    with store.locked():
        for seconds in (0.0, 0.5, 0.4, 1.2, 0.1):
            now[0] += seconds
            store.append(PROMPT, ANSWER)
            sizes.append(store.path.stat().st_size)
    assert synced == [sizes[0], sizes[3], sizes[4]]


def test_a_job_that_the_disk_has_no_room_for_is_not_begun(
    mlruns: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert done(job_request(mlruns, data, tasks=("mednli",)))["mednli"].status == "done"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20))
    rows = done(job_request(mlruns, data))
    assert statuses(rows) == {"mednli": "skipped", "longhealth1": "failed"}
    assert "has 1 MiB free, this job may need" in rows["longhealth1"].note
    assert lines(mlruns, "longhealth1") == 0


def test_an_outcome_that_a_full_disk_cut_short_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / outcome.FILE
    ended, running = (Outcome("m", task, "paper", "done") for task in ("mednli", "meqsum"))
    outcome.append(path, ended, running)
    path.write_bytes(path.read_bytes()[:-9])
    assert outcome.read(path) == [ended]


def test_a_disk_without_room_for_outcomes_is_said(tmp_path: Path) -> None:
    (tmp_path / outcome.FILE).symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"No space left .* same command"):
        outcome.append(tmp_path / outcome.FILE, Outcome("m", "mednli", "paper", "done"))
