"""No word of credentialed data is in an error about them: no cell, field name, header or id."""

import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clue.config.schema import TaskConf
from clue.config.table_schema import ColumnsConf
from clue.errors import DataError
from clue.task import medisumcode, medisumqa, mednli, problem_summary, table

WORD = "sepsis"
NUMBER = 20771234
"""An admission."""

MEDNLI = {"gold_label": "neutral", "pairID": "a", "sentence1": "x", "sentence2": "y"}
QA = {"note_id": "a", "Question": "q", "Answer": "b", "discharge_summary": "c"}
CODES: dict[str, Any] = {"hadm_id": 1, "text": "x", "icd_codes": [{"code": "I10"}]}
SUMMARY = {"File ID": "1", "Assessment": "a", "Subjectives": "b", "Objectives": "c", "Summary": "d"}


def json_lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def csv(rows: list[Any]) -> str:
    return "\n".join(
        ",".join(map(str, cells)) for cells in [list(rows[0]), *map(dict.values, rows)]
    )


def spoilt(row: dict[str, Any], key: str) -> Iterator[list[Any]]:
    """Rows with the word or the number in every place, each malformed."""
    for name in row:
        rest = {field: value for field, value in row.items() if field != name}
        yield [{WORD: row[name], **rest}]
        yield [{**row, name: WORD}] * 2
        yield [{**row, name: NUMBER}] * 2
        yield [{**row, name: {WORD: NUMBER}}]
        yield [{**row, name: [WORD]}]
        yield [{**row, name: ""}, WORD]
    yield [{WORD: NUMBER}]
    yield [WORD]
    yield [{**row, key: WORD}, {**row, key: WORD}]


READERS: dict[
    str, tuple[Callable[[Path], Any], dict[str, Any], str, Callable[[list[Any]], str]]
] = {
    "mednli.jsonl": (mednli.read, MEDNLI, "pairID", json_lines),
    "medisumqa.json": (medisumqa.read, QA, "note_id", json.dumps),
    "medisumcode.json": (medisumcode.read, CODES, "hadm_id", json.dumps),
    "summary.csv": (problem_summary.read, SUMMARY, "File ID", csv),
}


def own_table() -> table.Table:
    columns = ColumnsConf(id="id", target="label")
    conf = TaskConf(name="own", reader="table", answer="choice", labels=["yes", "no"])
    conf.columns, conf.user = columns, "{note}"
    return table.of_answer(conf)


@pytest.mark.parametrize("name", [*READERS, "own.csv", "own.jsonl"])
def test_an_error_about_a_file_quotes_none_of_its_words(tmp_path: Path, name: str) -> None:
    own = {"id": "1", "note": "x", "label": "yes"}
    form = csv if name.endswith(".csv") else json_lines
    read, row, key, form = READERS.get(name, (own_table().read, own, "id", form))
    path, errors = tmp_path / name, 0
    for rows in spoilt(row, key):
        if form is csv and not all(isinstance(entry, dict) for entry in rows):
            continue
        path.write_text(form(rows))
        try:
            read(path)
        except DataError as error:
            text = "".join(traceback.format_exception(error))
            assert WORD not in text.lower()
            assert str(NUMBER) not in text
            errors += 1
    assert errors > len(row)


@pytest.mark.parametrize("name", [*READERS, "own.csv", "own.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        WORD.encode(),
        b"[" + WORD.encode(),
        f"{WORD},{NUMBER}\n".encode(),
        f"{WORD}\xe9".encode("latin1"),
    ],
)
def test_an_error_about_another_file_quotes_none_of_its_words(
    tmp_path: Path, name: str, content: bytes
) -> None:
    read = READERS[name][0] if name in READERS else own_table().read
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read(tmp_path / name)
    assert WORD not in "".join(traceback.format_exception(caught.value)).lower()
