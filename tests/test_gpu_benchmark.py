"""`benchmarks/gpu.sh` runs on a CPU, and its prompts share what those of the tasks do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import gpu
from benchmarks.gpu_prompts import PROMPT_SHAPES, PromptShape, distinct_tokens
from clue.backends.huggingface.shared_prefix import common_prefix
from clue.config.folders import ROOT


@pytest.mark.slow
def test_the_script_writes_one_table_of_all_tasks_and_ways(tmp_path: Path) -> None:
    command = ["bash", str(ROOT / "benchmarks" / "gpu.sh"), "--shapes", "tiny"]
    command += ["--compiler", "eager"]  # traces as all do, and generates no code
    environment = {**os.environ, "OUT": str(tmp_path), "PYTHON": sys.executable}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "gpu.md").read_text()
    assert table in done.stdout
    assert "failed" not in table
    rows = [line.split(" | ")[1:3] for line in table.splitlines()]
    for task in ("meqsum", "longhealth", "medisumqa"):
        for way in ("ours", "ours, nothing shared", "generate, batch 1"):
            assert [task, way] in rows
    assert ["meqsum", "ours, eager"] in rows
    assert ["meqsum", "ours, compiled"] in rows


@pytest.mark.parametrize("prompts", PROMPT_SHAPES, ids=lambda prompts: prompts.name)
def test_prompts_are_those_of_the_seed_and_share_their_beginnings(prompts: PromptShape) -> None:
    rows = prompts.rows(32000)
    assert rows == prompts.rows(32000)
    assert len(rows) == prompts.documents * prompts.questions
    assert len(common_prefix(rows)) == prompts.common
    least = prompts.common + prompts.documents * prompts.document
    assert least <= distinct_tokens(rows) <= least + len(rows) * prompts.own * 3 // 2


def test_nothing_begins_after_the_deadline_and_the_table_says_so(tmp_path: Path) -> None:
    table = gpu.Table(deadline=0.0, path=tmp_path / "gpu.md")
    work = gpu.Work(table, "tiny", PROMPT_SHAPES[0], [[1]], floors=None)
    assert work.measure("ours", dict, shares=True) is None
    assert "left out: --minutes are over" in (tmp_path / "gpu.md").read_text()
