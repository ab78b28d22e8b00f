"""docs/adding.md shows the file that it uses, a valid task, and the metrics that are chosen."""

import csv
import re
from pathlib import Path

import pytest

from clue.config.folders import ROOT
from clue.config.table_schema import DEFAULT_METRICS
from clue.config.table_validation import table_problems
from clue.task import task_files
from clue.task.table import of_answer
from tests.documentation.reading import BLOCK, commands

TEXT = (ROOT / "docs" / "adding.md").read_text()
TABLE = ROOT / "examples" / "triage.csv"


def test_the_rows_that_are_shown_are_those_of_the_file() -> None:
    (shown,) = (block for language, block in BLOCK.findall(TEXT) if language == "csv")
    assert TABLE.read_text().startswith(shown)
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), len({row["patient"] for row in rows})) == (30, 15)


def test_the_task_that_is_written_reads_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (command,) = (one.line for one in commands("docs/adding.md") if one.line.startswith("cat >"))
    (tmp_path / "task").mkdir()
    lines = command.splitlines()[1:-1]
    (tmp_path / "task" / "triage.yaml").write_text("\n".join(lines))
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path))
    conf = task_files.load("triage")
    assert list(table_problems(conf)) == []
    samples = of_answer(conf).read(TABLE)
    assert {sample.target for sample in samples} == set(conf.labels)


def test_the_metrics_of_every_kind_of_answer_are_told() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", TEXT, re.MULTILINE)
    told = {answer: tuple(re.findall(r"`(\w+)`", metrics)) for answer, metrics in rows}
    assert told == DEFAULT_METRICS
