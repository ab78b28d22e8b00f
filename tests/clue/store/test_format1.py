"""A store of format 1, from before a key had a wording and a draw: everything in it still counts.

The version before format 2 made it with `run.py -m` and ASKED for both MODELS. The archive has the
files of `cells/`, and the runs as `python -m clue store export` wrote them, without configurations
and names of folders. The numbers are those of `analysis.study` of that version.
"""

import csv
import json
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis import paired_study
from analysis.settings import AnalysisConf
from analysis.stats.comparison import INFERENCE
from benchmarks.found_study import found_study
from clue.backends.fake import FakeBackend
from clue.cli.store.mlflow_runs import import_run
from clue.cli.store.parser import main
from clue.store.format import FORMAT, check_format
from clue.store.generations import generations
from clue.store.records_table import read_table
from tests.clue.faulty import done, job_request, lines, statuses

GOLDEN = Path(__file__).parents[2] / "golden"
MODELS = ("smollm2_135m", "smollm2_135m_hpo")
TASKS = ("mednli", "meqsum", "longhealth3")
ASKED = ("backend=fake", "paths.data=demo", "limit=12")
ROW = ("tuned", "base", "task", "metric", "analysis")
"""Columns that identify a row of the analysis."""

Numbers = dict[tuple[str, ...], dict[str, Any]]


@pytest.fixture
def store(mlruns: Path, as_earlier_demo: None) -> Path:
    """The store without its runs: they are in `runs/` as JSON."""
    with zipfile.ZipFile(GOLDEN / "store_format1.zip") as archive:
        archive.extractall(mlruns)
    return mlruns


@pytest.fixture
def tracked(store: Path) -> Path:
    """The store with its runs."""
    for path in (store / "runs").iterdir():
        assert import_run(json.loads(path.read_text()), store, None) == 1
    return store


def run(store: Path, model: str, *settings: str) -> dict[str, str]:
    """Runs the model of the store with the settings it was made with, and others."""
    overrides = (f"model={model}", *ASKED[:1], *ASKED[2:], *settings)
    return statuses(done(job_request(store, Path("demo"), *overrides, tasks=TASKS)))


def content(store: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in store.glob("cells/*/*/*/[!l]*")}


def analysed(store: Path) -> Numbers:
    """The store's numbers by the columns ROW."""
    rows = paired_study.run(found_study(store), AnalysisConf()).table().to_dict("records")
    return {tuple(str(row[name]) for name in ROW): row for row in rows}


def golden() -> Numbers:
    with (GOLDEN / "store_format1_cells.csv").open(newline="") as file:
        return {tuple(row[name] for name in ROW): row for row in csv.DictReader(file)}


def differences(row: Mapping[str, Any], expected: Mapping[str, str]) -> list[str]:
    """Columns in which a row differs from one of the file, with both values.

    A comparison that is not tested had intervals then, and has none now. One that had no p, of five
    items that differ, has its mid-p in the file: 6/16 - 5/32.
    """
    untested = INFERENCE if row["verdict"] == "untestable" else ()
    return [
        f"{name}: {row[name]}, not {text}"
        for name, text in expected.items()
        if not _equal(row[name], text) and not name.startswith(untested)
    ]


def _equal(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value == text
    if value is None or math.isnan(value):
        return text == ""
    return text != "" and float(text) == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_it_is_read_and_has_no_fault(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_format(store) == 1
    assert main(["verify", "--mlruns", str(store)]) == 0
    assert "6 generations, 6 tables: no faults" in capsys.readouterr().out
    (table,) = (path for path in store.glob("cells/longhealth3/smollm2_135m/*/records-*"))
    records = read_table(table, verify=True).records
    assert {(record.wording, record.draw) for record in records} == {(0, 0)}
    assert {record.repeat for record in records} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("model", MODELS)
def test_its_answers_are_read_again_by_changed_readers_and_none_is_generated(
    tracked: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(tracked)
    monkeypatch.setattr(FakeBackend, "generate", lambda *_: iter([1 / 0]))
    assert run(tracked, model) == dict.fromkeys(TASKS, "done")
    after = content(tracked)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + len(TASKS)  # a table of each task, next to the old one
    assert run(tracked, model) == dict.fromkeys(TASKS, "skipped")


def test_without_its_runs_its_answers_are_scored_and_none_is_generated(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(store)
    monkeypatch.setattr(FakeBackend, "generate", lambda *_: iter([1 / 0]))
    assert run(store, MODELS[0]) == dict.fromkeys(TASKS, "done")
    after = content(store)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + len(TASKS)
    assert main(["verify", "--mlruns", str(store)]) == 0
    assert check_format(store) == FORMAT


def test_more_samples_are_added_to_its_answers(store: Path) -> None:
    rows = run(store, MODELS[1], "limit=14", "generate_only=true")
    assert rows == dict.fromkeys(TASKS, "generated")
    assert [lines(store, task) for task in TASKS] == [12 + 14] * 3
    for generation in generations(store):
        assert len(generation.store.completions()) in (12, 14)
    assert check_format(store) == FORMAT


def test_an_archive_of_it_has_nothing_new_for_it(
    tracked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, before = tmp_path / "study.zip", content(tracked)
    assert main(["export", "--mlruns", str(tracked), str(archive)]) == 0
    assert main(["import", "--mlruns", str(tracked), str(archive)]) == 0
    assert "0 new files" in capsys.readouterr().out
    assert content(tracked) == before


def test_its_analysis_gives_the_same_numbers(store: Path) -> None:
    numbers, expected = analysed(store), golden()
    assert numbers.keys() == expected.keys()
    unequal = {key: differences(numbers[key], row) for key, row in expected.items()}
    assert not {key: columns for key, columns in unequal.items() if columns}
