"""A store of version 0.1.0, whose readers had no versions: its answers are read again.

The archive was written by `python -m clue store export` of that version, after `run.py` with ASKED
on its fictional data;
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
from clue.store.records_table import read_table, write_table

ARCHIVE = Path(__file__).parents[2] / "golden" / "store_0.1.0_unversioned.zip"
ASKED = (
    *("-m", "model=meditron7b,llama2_7b", "task=[mednli,medisumcode,longhealth3]", "limit=3"),
    *("backend=fake", "prompt=zero_shot", "model.dtype=float16"),
)
"""The dtype is that of both models' files in version 0.1.0."""


@pytest.fixture
def previous(mlruns: Path) -> Path:
    import_archive(Namespace(mlruns=str(mlruns), archive=str(ARCHIVE)))
    return mlruns


def ask(mlruns: Path, data: Path) -> str:
    paths = (f"paths.mlruns={mlruns}", f"paths.data={data}")
    command = [sys.executable, str(ROOT / "run.py"), *ASKED, *paths]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return ended.stdout + ended.stderr


def texts(mlruns: Path) -> list[str]:
    """Answers of all tables."""
    tables = [read_table(path) for path in mlruns.glob("cells/**/records-*.parquet")]
    return sorted(record.completion.text for table in tables for record in table.records)


@pytest.mark.slow
def test_answers_of_the_previous_version_are_read_again_and_none_is_generated(
    previous: Path, earlier_demo: Path
) -> None:
    for path in previous.glob("cells/**/records-*.parquet"):
        table = read_table(path)
        first, *rest = table.records
        odd = replace(first, completion=replace(first.completion, text="no backend says this"))
        write_table(path, replace(table, records=[odd, *rest]))
    before = texts(previous)
    assert "6 done" in ask(previous, earlier_demo)
    assert texts(previous) == sorted(2 * before)
    assert "6 skipped" in ask(previous, earlier_demo)
