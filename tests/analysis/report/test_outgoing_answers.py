"""No byte that leaves the store has an answer that has to stay."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clue.cli.store.parser import main as store_command
from clue.tracking.tracker import Tracker
from tests.analysis.cli.test_study import pair
from tests.analysis.report.test_mlflow_run import analyse

ANSWER = "text of a patient"
"""In every answer of these cells."""


def unpacked(archive: Path) -> dict[str, bytes]:
    """Files of an archive; Parquet files as text, since their pages are compressed."""
    with zipfile.ZipFile(archive) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    for name in files:
        if name.endswith(".parquet"):
            rows: pa.Table = pq.read_table(io.BytesIO(files[name]))
            files[name] = f"{rows.to_pylist()} {rows.schema.metadata}".encode()
    return files


@pytest.mark.parametrize("access", ["open", "credentialed"])
@pytest.mark.parametrize("text", ["none", "hash"])
def test_no_byte_of_an_archive_has_an_answer_after_a_report_with_all(
    mlruns: Path, tmp_path: Path, access: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(mlruns, access=access)
    assert analyse(mlruns, "text=full") == 0
    assert ANSWER in (mlruns / "analysis" / "report.html").read_text()
    archive, full = tmp_path / "study.zip", tmp_path / "full.zip"
    assert _export(mlruns, archive, "--text", text) == 0
    output = capsys.readouterr().out
    assert "left out, because they may show answers that stay here: report.html" in output
    files = unpacked(archive)
    assert not [name for name in files if ANSWER.encode() in files[name]]
    assert {"analysis/cells.csv", "analysis/report.md"} <= set(files)
    assert _export(mlruns, full, "--text", "full") == 0
    assert ANSWER.encode() in unpacked(full)["analysis/report.html"]


def test_the_command_in_the_message_makes_a_report_that_passes(
    mlruns: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(mlruns, access="open")
    assert analyse(mlruns, "text=none") == 0
    assert _export(mlruns, tmp_path / "study.zip", "--text", "none") == 0
    assert "left out" not in capsys.readouterr().out
    files = unpacked(tmp_path / "study.zip")
    assert "analysis/report.html" in files
    assert not [name for name in files if ANSWER.encode() in files[name]]


def test_an_older_page_is_no_page_of_a_later_analysis(mlruns: Path, tmp_path: Path) -> None:
    pair(mlruns, access="credentialed")
    assert analyse(mlruns, "text=full") == 0
    assert (mlruns / "analysis" / "report.html").exists()
    assert analyse(mlruns, "report=false") == 0
    assert not (mlruns / "analysis" / "report.html").exists()
    assert _export(mlruns, tmp_path / "study.zip") == 0
    assert "analysis/report.html" not in unpacked(tmp_path / "study.zip")


def test_an_analysis_that_is_killed_leaves_no_report_of_another_one(
    mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a person stay, also where a declaration names them."""
    folder = mlruns / "analysis"
    pair(mlruns, access="open")
    assert analyse(mlruns) == 0
    own = folder / "tables" / "mine.csv"
    changed, outside = folder / "report.md", mlruns / "report.html"
    for path in (own, outside):
        path.write_text("mine")
    changed.write_text("mine")
    declared = json.loads((folder / "files.json").read_text())
    entry = {"sha256": hashlib.sha256(b"mine").hexdigest(), "answers": "none"}
    (folder / "files.json").write_text(json.dumps({**declared, "../report.html": entry}))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.report.write", killed)
    assert analyse(mlruns) == 130
    left = [path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    assert {"report.md", "mine.csv", "cells.csv", "summary.json"} <= set(left)
    assert not [name for name in left if name.endswith((".html", ".svg", ".png", ".tex"))]
    assert outside.exists()


def test_an_imported_table_goes_to_another_machine_without_answers(
    mlruns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive of a person with access has answers; the shared server must not."""
    from clue import outgoing

    logged: list[dict[str, object]] = []
    monkeypatch.setattr(outgoing, "is_local", lambda address: False)
    monkeypatch.setattr(Tracker, "log_files", lambda _, rows, texts: logged.extend(rows))
    pair(mlruns, access="credentialed")
    from clue.cli.store.mlflow_runs import import_run

    (table,) = mlruns.glob("cells/*/meditron7b/*/records-*.parquet")
    run = {"name": "x", "params": {}, "metrics": {}, "config.yaml": None}
    cell = table.stem.removeprefix("records-")
    assert import_run({**run, "tags": {"clue.cell": cell}}, mlruns, None) == 1
    assert logged
    assert ANSWER not in str(logged)


def _export(mlruns: Path, archive: Path, *options: str) -> int:
    return store_command(["export", "--mlruns", str(mlruns), str(archive), *options])
