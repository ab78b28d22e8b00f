"""Archives of strangers: nothing is written outside of the store, and nothing without bounds."""

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from clue.cli.store import export, mlflow_runs
from clue.errors import StoreError
from tests.clue.cli.store.test_commands import cell, command


@pytest.fixture
def files(mlruns: Path) -> dict[str, bytes]:
    """Content of an archive with one cell and its run."""
    cell(mlruns, "meqsum", "open", "aaaa")
    return dict(export.contents(mlruns, None)) | {"analysis/cells.csv": b"delta"}


@pytest.mark.parametrize("name", ["...zip", "a b.zip", ".zip", "x\n.zip", "-.zip"])
def test_an_archive_whose_name_is_no_folder_is_refused(
    files: dict[str, bytes], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, other = tmp_path / name, tmp_path / "below" / "other"
    archive.write_bytes(export.zip_bytes(files))
    assert command(other, "import", "--", str(archive)) == 1
    assert "Rename the archive" in capsys.readouterr().err
    assert not (tmp_path / "below").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"store.json": 1}'),
        ("manifest.json", b"[" * 100_000),
        ("runs/1.json", b"{}"),
        ("runs/1.json", b'{"name": 1}'),
        ("runs/1.json", b"\xff"),
    ],
)
def test_a_malformed_file_is_refused_before_anything_is_written(
    files: dict[str, bytes],
    tmp_path: Path,
    name: str,
    content: bytes,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    if "/" in name:
        archive.write_bytes(export.zip_bytes({**files, name: content}))
    else:
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr(name, content)
    assert command(other, "import", str(archive)) == 1
    assert str(archive) in capsys.readouterr().err
    assert not other.exists()


def test_an_archive_that_unpacks_to_more_than_the_bound_is_refused(
    files: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    archive.write_bytes(export.zip_bytes({**files, "analysis/zeros.csv": bytes(10**7)}))
    assert archive.stat().st_size < 10**5
    monkeypatch.setenv("CLUE_MAX_GIB", "0.001")
    assert command(other, "import", str(archive)) == 1
    error = capsys.readouterr().err
    assert "unpacks to more than 0.001 GiB" in error
    assert "set CLUE_MAX_GIB" in error
    assert not other.exists()
    monkeypatch.setenv("CLUE_MAX_GIB", "0.1")
    assert command(other, "import", str(archive)) == 0


def test_a_run_names_its_cell_by_digits_alone(files: dict[str, bytes]) -> None:
    (run,) = [json.loads(content) for name, content in files.items() if name.startswith("runs")]
    assert mlflow_runs.decode(json.dumps(run).encode(), "runs/1.json") == run
    run["tags"]["clue.cell"] = "../*"
    with pytest.raises(StoreError, match="is no run"):
        mlflow_runs.decode(json.dumps(run).encode(), "runs/1.json")


def test_a_link_that_leads_out_of_the_store_is_not_followed(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    archive, other, outside = tmp_path / "study.zip", tmp_path / "other", tmp_path / "outside"
    archive.write_bytes(export.zip_bytes(files))
    (other / "cells").mkdir(parents=True)
    outside.mkdir()
    (other / "cells" / "meqsum").symlink_to(outside)
    assert command(other, "import", str(archive)) == 1
    assert not list(outside.iterdir())


def test_a_pipe_is_no_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "study.zip")
    assert command(tmp_path / "other", "import", str(tmp_path / "study.zip")) == 1
    assert "is a pipe or a device" in capsys.readouterr().err


def refusal(files: dict[str, bytes], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Message of an import that leaves nothing in a new store."""
    archive = folder / "study.zip"
    archive.write_bytes(export.zip_bytes(files))
    assert command(folder / "other", "import", str(archive)) == 1
    assert not (folder / "other").exists()
    return capsys.readouterr().err


@pytest.mark.parametrize("form", [r"cells/.*\.parquet", r"cells/.*cell\.json", "studies/x/1.json"])
def test_content_is_checked_before_the_first_file_is_placed(
    files: dict[str, bytes], tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files["studies/x/1.json"] = b"{}"
    names = [name for name in files if re.fullmatch(form, name)] or [form]
    if form.endswith("parquet"):
        del files["studies/x/1.json"]
    files[names[0]] = b'{"a": 1}'
    assert names[0] in refusal(files, tmp_path, capsys)


def test_a_run_without_its_table_is_refused_before_the_first_file_is_placed(
    files: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = {"name": "n", "tags": {"clue.cell": "beef"}, "params": {}, "metrics": {}}
    files["runs/1.json"] = json.dumps({**run, "config.yaml": None}).encode()
    assert "records-beef.parquet, which the archive lacks" in refusal(files, tmp_path, capsys)


def test_nothing_of_an_archive_stays_after_a_conflict_or_a_full_disk(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    archive.write_bytes(export.zip_bytes(files))
    targets = [other / name for name in files if name.startswith("cells/")]
    targets[-1].parent.mkdir(parents=True)
    targets[-1].write_text("other")
    assert command(other, "import", str(archive)) == 1
    assert [path.exists() for path in targets] == [False] * (len(targets) - 1) + [True]
    targets[-1].unlink()
    written: list[Path] = []

    def full_at_the_third(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise StoreError("cannot write to it")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)

    monkeypatch.setattr("clue.cli.store.import_archive.write_atomic", full_at_the_third)
    assert command(other, "import", str(archive)) == 1
    assert len(written) == 2
    assert not [path for path in written if path.exists()]
