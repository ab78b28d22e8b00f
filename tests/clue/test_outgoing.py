"""The gate: whose answers may leave in records and in the files of a report."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clue import outgoing
from clue.outgoing import DECLARATION, Shown, report_files
from clue.records import Completion, Record

RECORD = Record(
    *("mednli", "m", "1", 0, "c", "p", "t"),
    completion=Completion("The patient is ill.", "stop", 3, 4, 0.1),
    answer="neutral",
    scores={"accuracy": 1.0},
)


@pytest.mark.parametrize(
    ("wished", "access", "uri", "mode"),
    [
        (None, "open", "https://t.example.org", "full"),
        (None, "credentialed", None, "full"),
        (None, "credentialed", "https://t.example.org", "hash"),
        ("full", "credentialed", "https://t.example.org", "full"),
        ("none", "open", None, "none"),
    ],
)
def test_what_a_table_holds(wished: str | None, access: str, uri: str | None, mode: str) -> None:
    assert outgoing.text_mode(wished, access, uri) == mode


def test_hidden_texts_keep_everything_else() -> None:
    (full,) = outgoing.rows([RECORD], "full")
    (hashed,) = outgoing.rows([RECORD], "hash")
    (hidden,) = outgoing.rows([RECORD], "none")
    assert full == RECORD.row()
    assert hashed["text"].startswith("sha256:")
    assert (hidden["text"], hidden["answer"]) == (None, None)
    hidden_columns = (*outgoing.TEXTS, *outgoing.IDS)
    for row in (hashed, hidden):
        assert {k: v for k, v in row.items() if k not in hidden_columns} == {
            k: v for k, v in full.items() if k not in hidden_columns
        }
        assert "patient" not in str(row)


def test_a_thought_is_hidden_as_an_answer_is() -> None:
    completion = replace(RECORD.completion, thought="She has gout.", thought_end="closed")
    record = replace(RECORD, completion=completion)
    (hashed,) = outgoing.rows([record], "hash")
    (hidden,) = outgoing.rows([record], "none")
    assert hashed["thought"].startswith("sha256:")
    assert hidden["thought"] is None
    assert "gout" not in json.dumps([hashed, hidden])
    assert hidden["thought_end"] == "closed"


@pytest.mark.parametrize("mode", ["hash", "none"])
def test_ids_go_to_no_server_and_pair_in_an_archive(mode: str) -> None:
    record = replace(RECORD, sample_id="20001234", cluster="10005678")
    (row,) = outgoing.rows([record], mode)
    assert "20001234" not in str(row)
    assert "10005678" not in str(row)
    archived = outgoing.masked(record.row(), mode)
    assert (archived["sample_id"], archived["cluster"]) == ("20001234", "10005678")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A report with a file for each declaration, and one that nobody declared."""
    files: dict[Path, Shown] = {}
    shown: tuple[Shown, ...] = ("none", "open", "all")
    for answers in shown:
        path = tmp_path / "pages" / f"{answers}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(answers)
        files[path] = answers
    outgoing.declare(tmp_path, files)
    (tmp_path / "stray.txt").write_text("of a person")
    return tmp_path


@pytest.mark.parametrize(
    ("requested", "passed"),
    [
        ("none", ["none"]),
        ("hash", ["none"]),
        (None, ["none", "open"]),
        ("full", ["all", "none", "open"]),
    ],
)
def test_a_file_leaves_if_its_declared_answers_may(
    folder: Path, requested: str | None, passed: list[str]
) -> None:
    files = report_files(folder, requested)
    pages = [path for path in files.passed if path.suffix == ".html"]
    assert pages == [Path("pages", f"{name}.html") for name in passed]
    assert (Path("stray.txt") in files.passed) == (requested == "full")
    assert len(files.passed) + len(files.withheld) == 5


def test_a_file_that_was_changed_after_its_declaration_is_withheld(folder: Path) -> None:
    (folder / "pages" / "none.html").write_text("an answer")
    assert report_files(folder, None).passed == [Path(DECLARATION), Path("pages/open.html")]


@pytest.mark.parametrize(
    "declaration",
    [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"pages/none.html": "none"}', None],
)
def test_a_damaged_declaration_lets_no_page_pass(folder: Path, declaration: bytes | None) -> None:
    if declaration is None:
        (folder / DECLARATION).unlink()
    else:
        (folder / DECLARATION).write_bytes(declaration)
    assert [path for path in report_files(folder, None).passed if path.suffix == ".html"] == []


def test_an_unknown_declaration_is_withheld(folder: Path) -> None:
    entries = json.loads((folder / DECLARATION).read_text())
    entries["pages/none.html"]["answers"] = "nothing"
    (folder / DECLARATION).write_text(json.dumps(entries))
    assert report_files(folder, "none").passed == [Path(DECLARATION)]


def test_a_missing_report_has_no_files(tmp_path: Path) -> None:
    assert report_files(tmp_path / "none", None) == ([], [])
