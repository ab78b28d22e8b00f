"""A store of version 0.1.0, whose cell ids were digests of source text: its cells stay finished,
except those with a metric whose rule is another one now.

The archive was written by `python -m clue store export` of that version, after `run.py` with ASKED;
names of folders in its runs were replaced afterwards.
"""

import subprocess
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from clue.cli.store.import_archive import run as import_archive
from clue.config.folders import ROOT
from clue.store.generations import generations
from clue.store.records_table import read_table, write_table

ARCHIVE = Path(__file__).parents[2] / "golden" / "store_0.1.0_unversioned.zip"
ASKED = (
    *("-m", "model=meditron7b,llama2_7b", "limit=3"),
    *("backend=fake", "paths.data=demo", "prompt=zero_shot"),
)


@pytest.fixture
def previous(mlruns: Path) -> Path:
    import_archive(Namespace(mlruns=str(mlruns), archive=str(ARCHIVE)))
    return mlruns


def ask(mlruns: Path, *overrides: str) -> str:
    settings = (*ASKED, *overrides, f"paths.mlruns={mlruns}")
    command = [sys.executable, str(ROOT / "run.py"), *settings]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return ended.stdout + ended.stderr


def analyse(mlruns: Path, output: Path) -> bytes:
    settings = [f"paths.mlruns={mlruns}", f"output={output}", "report=false"]
    settings.append("include_trials=true")  # 3 fictional items of a study without them
    command = [sys.executable, "-m", "analysis", *settings]
    subprocess.run(command, capture_output=True, timeout=300, check=True, cwd=ROOT)
    return (output / "cells.csv").read_bytes()


@pytest.mark.slow
def test_cells_of_the_previous_version_are_finished(previous: Path, tmp_path: Path) -> None:
    before = analyse(previous, tmp_path / "before")
    printed = ask(previous, "task=mednli")
    assert printed.count("is finished") == 2
    assert "2 skipped" in printed
    assert analyse(previous, tmp_path / "after") == before


@pytest.mark.slow
def test_only_cells_with_a_metric_of_another_rule_are_scored_again(previous: Path) -> None:
    answers = {path: path.read_bytes() for path in previous.glob("cells/*/*/*/completions.jsonl")}
    printed = ask(previous, "task=[medisumcode,longhealth3]")
    assert "2 done, 2 skipped" in printed
    assert {path: path.read_bytes() for path in answers} == answers


@pytest.mark.slow
def test_a_table_that_todays_readers_would_not_write_is_made_anew(previous: Path) -> None:
    paths = [path for generation in generations(previous) for path in generation.tables()]
    (path,) = (path for path in paths if "mednli/meditron7b" in str(path))
    table = read_table(path)
    first, *rest = table.records
    write_table(path, replace(table, records=[replace(first, answer="neutral"), *rest]))
    printed = ask(previous, "task=mednli")
    assert printed.count("is finished") == 1
    assert "1 done, 1 skipped" in printed
