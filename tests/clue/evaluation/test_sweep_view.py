import json
import time
from pathlib import Path
from typing import Any

import pytest

from clue.cli import status
from clue.common.process_identity import ProcessIdentity
from clue.evaluation import outcome, progress_text
from clue.evaluation.outcome import Outcome
from clue.evaluation.sweep_view import SweepView, running, view
from clue.store.progress_files import DEAD_SECONDS, SWEEP, ProgressFolder, job_file, remove_dead

HERE = ProcessIdentity.of_this_process().as_json()
GONE = {**HERE, "start": 0.0}
ELSEWHERE = {**HERE, "host": "another"}


def cell(task: str, state: str, **fields: Any) -> dict[str, Any]:
    return {
        **{"task": task, "state": state, "phase": "generating" if state == "running" else ""},
        **{"samples": 3, "of_samples": 9, "tokens": 70, "prompt_tokens": 90, "of_tokens": 200},
        **{"generating_seconds": 1000.0, "seconds": 1000.0, "seconds_left": 500.0},
        **{"at_most": None, **fields},
    }


@pytest.fixture
def folder(tmp_path: Path) -> ProgressFolder:
    """Three jobs of two tasks; the first one runs its second task, the others wait."""
    sweep = ProgressFolder.of(tmp_path, tmp_path / "out")
    jobs = [
        {"number": n, "model": f"m{n}", "prompt": "p", "tasks": ["a", "b"], "parameters": size}
        for n, size in enumerate((1.0, 1.0, 4.0))
    ]
    output = {"output": str(tmp_path / "out"), "multirun": True, "at_once": 1}
    sweep.write(SWEEP, {"jobs": jobs, "started": time.time(), **output})
    cells = [cell("a", "ended", seconds=100.0, seconds_left=0.0), cell("b", "running")]
    sweep.write(job_file(0), {**jobs[0], "cells": cells, "changed": time.time()})
    row = Outcome("m0", "a", "p", "done")
    outcome.append(tmp_path / "out" / "0" / outcome.FILE, row)
    return sweep


def rewritten(sweep: ProgressFolder, name: str, **fields: Any) -> SweepView:
    path = sweep.path / name
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    return view(sweep)


def test_cells_are_counted_over_all_jobs(folder: ProgressFolder) -> None:
    sweep = view(folder)
    assert sweep.counts == {"ended": 1, "running": 1, "waiting": 4}
    ((number, _, shown),) = running(sweep)
    assert (number, shown.name) == (2, "m0/b/p")


def test_jobs_to_come_take_as_long_as_the_same_tasks_in_proportion_to_the_model(
    folder: ProgressFolder,
) -> None:
    assert view(folder).seconds_left == pytest.approx(500 + (1 + 4) * (100 + 1500))


def test_jobs_at_once_share_the_time(folder: ProgressFolder) -> None:
    shared = rewritten(folder, SWEEP, at_once=3).seconds_left
    assert shared == pytest.approx(4 * (100 + 1500))  # the longest job


def test_without_evidence_there_is_a_bound_or_no_estimate(folder: ProgressFolder) -> None:
    cells = [cell("a", "ended", seconds_left=0.0), cell("b", "running", seconds_left=None)]
    sweep = rewritten(folder, job_file(0), cells=cells)
    assert (sweep.seconds_left, sweep.most_seconds_left) == (None, None)
    assert progress_text.sweep_text(sweep).endswith("no estimate yet")
    cells[1]["at_most"] = 7200.0
    text = progress_text.line(rewritten(folder, job_file(0), cells=cells))
    assert "no estimate yet (at most 2.0 h)" in text


def test_a_line_has_the_cell_its_tokens_and_the_sweep(folder: ProgressFolder) -> None:
    assert progress_text.line(view(folder)) == (
        "cell 2 of 6: m0/b/p: generating, 3/9 samples, 70 of about 200 tokens, 0.070 tokens/s, "
        "about 8.3 min left; all 6 cells: 1 done, 1 running, 4 waiting, about 2.4 h left"
    )


def test_a_job_whose_process_is_gone_has_lost_its_cells(folder: ProgressFolder) -> None:
    sweep = rewritten(folder, job_file(0), process=GONE)
    assert sweep.is_alive  # the command
    assert sweep.counts == {"ended": 1, "lost": 1, "waiting": 4}


def test_jobs_that_outlive_their_command_are_told_from_a_sweep_that_is_well(
    folder: ProgressFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--mlruns", str(tmp_path)]
    assert not view(folder).is_orphaned
    assert status.main(command) == 0
    assert "its command is gone" not in capsys.readouterr().out
    sweep = rewritten(folder, SWEEP, process=GONE)
    assert sweep.is_alive
    assert sweep.is_orphaned
    assert status.main(command) == 4
    assert "its command is gone (killed?), and these jobs run on" in capsys.readouterr().out
    assert not rewritten(folder, job_file(0), process=GONE).is_orphaned  # nothing runs on


def test_a_process_elsewhere_counts_as_gone_by_its_age(folder: ProgressFolder) -> None:
    rewritten(folder, SWEEP, process=GONE)
    assert rewritten(folder, job_file(0), process=ELSEWHERE).is_alive
    old = time.time() - DEAD_SECONDS - 1
    assert not rewritten(folder, job_file(0), process=ELSEWHERE, beat=old).is_alive


def test_a_job_without_a_change_is_stalled(folder: ProgressFolder) -> None:
    sweep = rewritten(folder, job_file(0), changed=time.time() - 600)
    assert sweep.jobs[0].is_stalled
    assert "STALLED: no change for 10 min" in progress_text.line(sweep)


def test_only_files_of_dead_commands_are_removed(folder: ProgressFolder, tmp_path: Path) -> None:
    remove_dead(tmp_path)
    assert folder.path.is_dir()
    rewritten(folder, SWEEP, process=GONE)
    rewritten(folder, job_file(0), process=GONE)
    (folder.path / job_file(1)).write_text("{damaged")
    remove_dead(tmp_path)
    assert not folder.path.exists()
