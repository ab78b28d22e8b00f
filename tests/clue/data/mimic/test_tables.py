import logging
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.filesize import decimal

from clue.data.locate import locate
from clue.data.mimic import tables
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError
from tests.clue.data.mimic.tiny_mimic import note, packed

NOTE = note(1)
SECRET = "zebra"


def read(path: Path, counts: Counter[str] | None = None) -> list[tables.Note]:
    with tables.open_notes(path, Counter() if counts is None else counts) as notes:
        return list(notes)


def test_a_note_is_read_with_its_row(tmp_path: Path) -> None:
    (summary,) = read(packed(tmp_path / "x", [NOTE | {"text": ' "a",\nb '}]))
    assert summary == tables.Note(2, "1001-DS-1", 1001, 1, '"a",\nb')


def test_addenda_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = [note(1), note(1, note_id="1001-AD-2", note_type="AD"), note(3)]
    counts: Counter[str] = Counter()
    summaries = read(packed(tmp_path / "x", rows), counts)
    assert [item.hadm_id for item in summaries] == [1, 3]
    assert counts == {"notes read": 3, "notes that are no discharge summary, left out": 1}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"hadm_id": ""}, "row 3, field hadm_id is empty"),
        ({"text": " \n"}, "row 3, field text is empty"),
        ({"hadm_id": SECRET}, "row 3, field hadm_id is no number of up to nine digits"),
        ({"hadm_id": "2.0"}, "row 3, field hadm_id is no number"),
        ({"hadm_id": "1_0"}, "row 3, field hadm_id is no number"),
        ({"hadm_id": "٣"}, "row 3, field hadm_id is no number"),
        ({"subject_id": "-1"}, "row 3, field subject_id is no number"),
        ({"subject_id": "1234567890"}, "row 3, field subject_id is no number"),
        ({"note_id": NOTE["note_id"]}, "row 3: its note_id is in another row too"),
    ],
)
def test_a_malformed_note_is_named_and_not_quoted(
    tmp_path: Path, row: dict[str, Any], message: str
) -> None:
    path = packed(tmp_path / "notes.csv.gz", [NOTE, note(2) | row])
    with pytest.raises(DataError, match=message) as error:
        read(path)
    assert "notes.csv.gz" in str(error.value)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("column", tables.NOTE_COLUMNS)
def test_every_column_is_needed(tmp_path: Path, column: str) -> None:
    row = {name: value for name, value in NOTE.items() if name != column}
    with pytest.raises(DataError, match=f"row 1: no column {column}"):
        read(packed(tmp_path / "x", [row]))


def test_a_file_that_is_cut_short_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path / "x", [note(number) for number in range(2000)])
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(DataError, match="x is a gzip file that is cut short"):
        read(path)


def test_notes_are_streamed(tmp_path: Path) -> None:
    text = SECRET * 10_000
    path = packed(tmp_path / "x", [note(number, text=text) for number in range(400)])
    tracemalloc.start()
    try:
        with tables.open_notes(path, Counter()) as notes:
            size = sum(len(summary.text) for summary in notes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size == 400 * len(text)
    assert peak < 4 * 2**20 < size / 4


def test_a_log_shows_progress_now_and_then(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clue.common.progress.LOG_SECONDS", -1.0)
    path = packed(tmp_path / "notes.csv", [note(1, text=SECRET), note(2)])
    with caplog.at_level(logging.INFO):
        read(path)
    size = decimal(path.stat().st_size)
    assert caplog.messages[0] == f"notes.csv: {size} of {size}"
    assert SECRET not in caplog.text


def test_other_rows_than_official_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read(packed(tmp_path / "notes.csv", [NOTE]))
    (message,) = caplog.messages
    assert message.endswith("notes.csv: the release has 331794 rows; is the file complete?")
    caplog.clear()
    read(locate(DATASETS["mimic"], "notes", DEMO))
    assert caplog.messages == []


def test_a_terminal_shows_a_bar_of_the_packed_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "notes.csv", [note(number, text=SECRET) for number in range(99)])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    read(path)
    shown = capsys.readouterr().err
    size = path.stat().st_size
    assert f"{size}/{size} bytes" in shown.replace(",", "")
    assert SECRET not in shown
