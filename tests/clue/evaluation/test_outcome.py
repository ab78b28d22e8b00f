from dataclasses import replace
from pathlib import Path

from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome

RUNNING = Outcome("m", "meqsum", "paper", "running")


def test_the_newest_row_of_a_cell_counts(tmp_path: Path) -> None:
    path = tmp_path / "0" / outcome.FILE
    other = replace(RUNNING, task="mednli")
    outcome.append(path, RUNNING, other)
    done = replace(RUNNING, status="done", n=9, score=1.5, metrics={"rouge1": 1.5})
    outcome.append(path, done)
    assert outcome.read(path) == [done, other]


def test_a_job_that_never_wrote_has_no_outcomes(tmp_path: Path) -> None:
    assert outcome.read(tmp_path / outcome.FILE) == []


def test_only_what_still_runs_is_settled_as_failed(tmp_path: Path) -> None:
    path = tmp_path / outcome.FILE
    done = replace(RUNNING, task="mednli", status="done")
    outcome.append(path, RUNNING, done)
    outcome.fail_running(path, "killed")
    assert outcome.read(path) == [replace(RUNNING, status="failed", note="killed"), done]
    size = path.stat().st_size
    outcome.fail_running(path, "again")
    assert path.stat().st_size == size


def test_what_still_runs_is_told_as_failed_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / outcome.FILE
    outcome.append(path, RUNNING)
    tmp_path.chmod(0o500)
    path.chmod(0o400)
    assert outcome.read_final(path, "lost") == [replace(RUNNING, status="failed", note="lost")]
    assert outcome.running(path) == [RUNNING]
    assert outcome.read_final(Path("/proc/nowhere"), "lost") == []


def test_only_the_owner_can_read_the_outcomes(tmp_path: Path) -> None:
    outcome.append(tmp_path / outcome.FILE, Outcome("m", "t", "p", "done"))
    assert (tmp_path / outcome.FILE).stat().st_mode & 0o777 == 0o600
