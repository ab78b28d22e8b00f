"""The commands of `python -m clue store`, on a store with two cells."""

import json
import shutil
from pathlib import Path

import pytest

from clue import outgoing
from clue.cli.store import export
from clue.cli.store.list_cells import listed_cells
from clue.cli.store.parser import main
from clue.common.file_cache import cached_checksum
from clue.records import Completion, Message, Prompt, Record, sha256
from clue.store.completions import CellStore
from clue.store.generations import generations
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.tracking.tracker import Tracker

ANSWER = Completion("the knee hurts", "stop", 5, 3, 0.1)
PROMPT = Prompt("s1", (Message("user", "q"),), 8)


def cell(mlruns: Path, task: str, access: str, cell_id: str) -> Path:
    """A cell with one completion, its table and its finished run."""
    described = {"task": task}
    folder = mlruns / "cells" / task / "m" / sha256(described)[:16]
    store = CellStore(folder)
    record = Record(
        task=task,
        model="m",
        sample_id="s1",
        repeat=0,
        cluster="c",
        prompt_sha256=PROMPT.sha256,
        target_sha256="t",
        completion=ANSWER,
        answer="knee",
        scores={"accuracy": 1.0},
    )
    tags = {"clue.kind": "cell", "clue.fingerprint": sha256(described)}
    tracker = Tracker(None, "clue", mlruns)
    with store.locked(), tracker.run(task, ("clue.cell", cell_id), tags, "cmd") as opened:
        store.describe(described)
        store.append(PROMPT, ANSWER)
        facts = {"access": access, "prompt": "paper", "run_id": opened.run_id}
        write_table(store.records_path(cell_id), RecordsTable([record], {"accuracy": "a"}, facts))
        tracker.log_metrics({"score": 100.0})
        tracker.log_files([record.row()], {"config.yaml": "limit: 1"})
    return folder


@pytest.fixture
def store(mlruns: Path) -> Path:
    cell(mlruns, "meqsum", "open", "aaaa")
    cell(mlruns, "mednli", "credentialed", "bbbb")
    (mlruns / "analysis").mkdir()
    (mlruns / "analysis" / "cells.csv").write_text("delta\n")
    outgoing.declare(mlruns / "analysis", {mlruns / "analysis" / "cells.csv": "none"})
    return mlruns


def command(store: Path, *words: str) -> int:
    return main([words[0], "--mlruns", str(store), *words[1:]])


def test_cells_are_listed_with_their_state(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partial = CellStore(store / "cells" / "meqsum" / "other" / ("0" * 16))
    with partial.locked():
        partial.append(PROMPT, ANSWER)
    failed = CellStore(store / "cells" / "meqsum" / "third" / ("1" * 16))
    tags = {"clue.kind": "cell", "clue.fingerprint": "1" * 64}
    tracker = Tracker(None, "clue", store)
    with failed.locked():
        failed.append(PROMPT, ANSWER)
    with pytest.raises(ValueError, match="boom"), tracker.run("x", ("clue.cell", "c"), tags, "cmd"):
        raise ValueError("boom")
    states = {(row.task, row.model): (row.state, row.n) for row in listed_cells(store)}
    assert states == {
        ("mednli", "m"): ("finished", 1),
        ("meqsum", "m"): ("finished", 1),
        ("meqsum", "other"): ("partial", 1),
        ("meqsum", "third"): ("failed", 1),
    }
    assert command(store, "list", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 4


def test_a_whole_store_has_no_faults_and_a_changed_one_is_named(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(store, "verify") == 0
    assert "2 generations, 2 tables: no faults" in capsys.readouterr().out
    mednli, meqsum = generations(store)
    (table,) = mednli.tables()
    content = bytearray(table.read_bytes())
    content[100] ^= 1
    table.write_bytes(content)
    meqsum.description.write_text('{"task": "another"}')
    completions = meqsum.store.path
    completions.unlink()
    meqsum.store.append(PROMPT, Completion("something else", "stop", 5, 3, 0.1))
    assert command(store, "verify") == 1
    printed = capsys.readouterr().out
    assert f"{table} is damaged" in printed
    assert "cell.json does not match the digest in the folder's name" in printed
    assert "1 answer differs from completions.jsonl" in printed
    assert "something else" not in printed


def test_damaged_values_of_the_cache_are_named(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"numbers")
    cached_checksum(file, store / "cache")
    (note,) = (store / "cache" / "files").iterdir()
    features = store / "cache" / "features" / "a.sqlite"
    folder = store / "cache" / "checkpoints" / "m-float32"
    assert command(store, "verify") == 0
    note.write_text("0" * 64)
    features.parent.mkdir(parents=True)
    features.write_bytes(b"no database" * 100)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    assert command(store, "verify") == 1
    printed = capsys.readouterr().out
    for damaged in (f"{note} is damaged", f"{features}: no readable", f"{folder} is not as it was"):
        assert damaged in printed
    assert "2 generations, 2 tables: 3 faults" in printed


@pytest.mark.parametrize("damage", ["deleted", "emptied", "halved", "zeros"])
def test_lost_answers_of_a_finished_cell_are_counted(
    store: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(generations(store)).store.path
    content = path.read_bytes()
    left = {"emptied": b"", "halved": content[: len(content) // 2], "zeros": bytes(len(content))}
    path.unlink() if damage == "deleted" else path.write_bytes(left[damage])
    assert command(store, "verify") == 1
    assert f"{path}: 1 answer is missing of the 1 that " in capsys.readouterr().out


def test_a_damaged_tracking_database_is_named(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = store / "mlflow.db"
    content = bytearray(path.read_bytes())
    content[8192:40960] = bytes(32768)
    for damaged in (b"no database", bytes(content), bytes(100)):
        path.write_bytes(damaged)
        assert command(store, "verify") == 1
        assert f"{path} is damaged (" in capsys.readouterr().out


def test_a_moved_store_finds_its_artifacts_again(store: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.move(store, moved)
    assert command(moved, "relocate") == 0
    tracker = Tracker(None, "clue", moved)
    for run in tracker.cells():
        assert tracker.read_text(run.info.run_id, "config.yaml") == "limit: 1"
        assert run.info.artifact_uri.startswith((moved / "artifacts").as_uri())
    assert command(moved, "relocate") == 0  # nothing is left to move


def test_an_archive_brings_cells_runs_and_report_to_another_store(
    store: Path, tmp_path: Path
) -> None:
    archive, other = tmp_path / "study.zip", tmp_path / "other"
    assert command(store, "export", str(archive)) == 0
    assert command(other, "import", str(archive)) == 0
    assert [row.state for row in listed_cells(other)] == ["finished", "finished"]
    mednli, meqsum = (read_table(g.tables()[0]) for g in generations(other))
    here = {g.task: read_table(g.tables()[0]) for g in generations(store)}
    assert meqsum == here["meqsum"]
    assert mednli.records[0].scores == here["mednli"].records[0].scores
    assert mednli.records[0].answer == f"sha256:{sha256('knee')}"  # credentialed text stays home
    assert b"the knee hurts" not in b"".join(
        path.read_bytes() for path in other.rglob("*") if path.is_file() and "mednli" in str(path)
    )
    assert (other / "imported" / "study" / "cells.csv").read_text() == "delta\n"
    runs = Tracker(None, "clue", other).cells()
    assert [run.data.metrics["score"] for run in runs] == [100.0, 100.0]
    assert command(other, "verify") == 0
    assert command(other, "import", str(archive)) == 0  # changes nothing
    assert len(Tracker(None, "clue", other).cells()) == 2


def test_an_archive_is_the_same_bytes_again_and_its_text_can_be_left_out(store: Path) -> None:
    files = dict(export.contents(store, "none"))
    assert export.zip_bytes(files) == export.zip_bytes(dict(export.contents(store, "none")))
    assert not any(b"the knee hurts" in content for content in files.values())


def test_an_archive_says_that_it_has_ids_of_credentialed_data(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(store, "export", str(tmp_path / "study.zip"), "--text", "none") == 0
    assert "ids of their data set: give it to people with access" in capsys.readouterr().out
    assert command(store, "export", str(tmp_path / "open.zip"), "--only-open") == 0
    assert "credentialed" not in capsys.readouterr().out


def test_the_cells_of_credentialed_data_can_be_left_out(store: Path, tmp_path: Path) -> None:
    files = dict(export.contents(store, None, only_open=True))
    assert {name.split("/")[1] for name in files if name.startswith("cells/")} == {"meqsum"}
    assert len([name for name in files if name.startswith("runs/")]) == 1
    (tmp_path / "open.zip").write_bytes(export.zip_bytes(files))
    other = tmp_path / "other"
    assert command(other, "import", str(tmp_path / "open.zip")) == 0
    assert [row.state for row in listed_cells(other)] == ["finished"]


STRANGE = (
    "cells/../../x",
    f"cells/../../{'0' * 16}/cell.json",
    f"cells/mednli/..\\x/{'0' * 16}/cell.json",
    "studies/../1.json",
    "analysis/../x",
    "analysis/x\n",
    "analysis//etc/x",
    "analysis/a b",
    f"cells/mednli/m\n/{'0' * 16}/cell.json",
    f"cells/mednli/m./{'0' * 16}/cell.json",
    "runs/../1.json",
)
"""Names in an archive that would leave the store, or that no export writes."""


@pytest.mark.parametrize("change", ["damaged", "cut", *STRANGE])
def test_an_archive_that_is_not_whole_is_refused(
    store: Path, tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "study.zip"
    files = dict(export.contents(store, None))
    if change.startswith(("cells", "studies", "analysis", "runs")):
        files[change] = b"x"
    content = export.zip_bytes(files)
    if change == "damaged":
        name = b"analysis/cells.csv"
        place = content.index(name) + len(name) + 3
        content = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    archive.write_bytes(content[:-40] if change == "cut" else content)
    other = tmp_path / "other"
    assert command(other, "import", str(archive)) == 1
    assert not other.exists()
    assert str(archive) in capsys.readouterr().err


def test_what_is_there_and_differs_is_not_overwritten(store: Path, tmp_path: Path) -> None:
    archive = tmp_path / "study.zip"
    command(store, "export", str(archive))
    other = tmp_path / "other"
    command(other, "import", str(archive))
    (path,) = other.glob("cells/meqsum/m/*/cell.json")
    path.write_text("{}")
    assert command(other, "import", str(archive)) == 1
    assert path.read_text() == "{}"


def test_a_damaged_end_of_answers_is_a_fault_and_a_line_in_the_making_none(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = list(generations(store))[1].folder / "completions.jsonl"
    intact = path.read_bytes()
    path.write_bytes(intact + b'{"sample_id": "a", "te')
    command(store, "verify")
    assert "bytes are damaged" not in capsys.readouterr().out
    path.write_bytes(intact + b"noise\nnoise\n")
    assert command(store, "verify") == 1
    assert f"{path}: its last 12 bytes are damaged" in capsys.readouterr().out


def test_only_what_nobody_reads_is_pruned(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    meqsum = list(generations(store))[1]
    before = sorted(path.name for path in meqsum.folder.iterdir())
    aside = meqsum.folder / "completions.123.jsonl"
    part = meqsum.folder / ".records-aaaa.parquet.999999999"
    damaged = meqsum.folder / "completions-2of4.damaged-123"
    for path in (aside, part, damaged):
        path.write_text("x")
    assert command(store, "verify") == 1
    assert f"{damaged} has damaged lines that were moved aside" in capsys.readouterr().out
    assert command(store, "prune") == 0
    assert "3 files" in capsys.readouterr().out
    assert aside.exists()
    assert command(store, "prune", "--yes") == 0
    assert sorted(path.name for path in meqsum.folder.iterdir()) == before


def test_a_missing_store_is_an_error_with_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ("list", "verify", "relocate", "prune"):
        assert command(tmp_path, word) == 1
        assert "--mlruns <folder>" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["import"])
