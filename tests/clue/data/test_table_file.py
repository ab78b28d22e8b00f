"""Own tables: their texts, and errors that name file, row and column but quote no cell."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clue.data.table_file import table_rows
from clue.errors import DataError

COLUMNS = ("note", "label")
SECRET = "sailor"
"""Part of a cell that no message may contain."""


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def as_csv(rows: list[dict[str, str]], quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), quoting=quoting)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


ROWS = [{"note": 'A "bad",\nswollen knee', "label": "x", "more": ""}, {"note": "b", "label": "y"}]
READ = [{"note": 'A "bad",\nswollen knee', "label": "x"}, {"note": "b", "label": "y"}]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.CSV", "t.jsonl", "t.ndjson", "t.parquet"])
def test_every_format_gives_the_same_texts(tmp_path: Path, name: str) -> None:
    if "parquet" in name:
        path = parquet(tmp_path / name, **{c: [row[c] for row in READ] for c in COLUMNS}, n=[1, 2])
    elif "json" in name:
        path = written(tmp_path, name, "\n".join(map(json.dumps, ROWS)))
    else:
        text = as_csv([*ROWS[:1], {**ROWS[1], "more": ""}]).encode()
        path = written(tmp_path, name, gzip.compress(text) if "gz" in name else text)
    numbered = list(table_rows(path, [*COLUMNS, "note"]))
    assert [row for _, row in numbered] == READ
    assert [number for number, _ in numbered] == ([2, 3] if "csv" in name.lower() else [1, 2])


def test_whole_numbers_are_texts_and_blanks_around_a_text_are_not_part_of_it(
    tmp_path: Path,
) -> None:
    lines = written(tmp_path, "t.jsonl", '{"note": " a ", "label": 2}')
    assert list(table_rows(lines, COLUMNS)) == [(1, {"note": "a", "label": "2"})]
    binary = parquet(tmp_path / "t.parquet", note=pa.array(["a"]).dictionary_encode(), label=[2])
    assert list(table_rows(binary, COLUMNS)) == [(1, {"note": "a", "label": "2"})]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "", r"t.csv: row 1: no column note, label; found nothing"),
        (
            "t.csv",
            "note,more\nsailor,1\n",
            r"no column label; found note and 1 other column",
        ),
        (
            "t.csv",
            "note;label\nsailor;x\n",
            r"found 1 other column.*commas separate",
        ),
        ("t.csv", "note,label,label\nsailor,x,y\n", r"row 1: the column label occurs twice"),
        ("t.csv", "note,label\nsailor\n", r"row 2: 1 cell, but the header has 2"),
        ("t.csv", "note,label\nsailor,x,y\n", r"row 2: 3 cells, but the header has 2"),
        ("t.csv", "note,label\nsailor,\n", r"row 2, column label is empty"),
        ("t.csv", 'note,label\n"sailor\n,x\n', r"line 3: the row that ends here is no CSV"),
        ("t.csv", "The sailor, has,pain\n", r"found 3 other columns"),
        ("t.csv", b"note,label\na,x\nsailor \xe9,x\n", r"t.csv: line 3 is not UTF-8: save"),
        ("t.csv", b"\xef\xbb\xbfnote,label\n\xe9,x\n", r"t.csv: line 2 is not UTF-8"),
        ("t.jsonl", b'{"note": "sailor \xe9"}', r"t.jsonl: line 1 is not UTF-8"),
        ("t.jsonl", '{"note": "a", "label": "x"}\n{"note": "sailor', r"row 2 is not JSON"),
        ("t.jsonl", '["sailor"]', r"row 1 is no JSON object"),
        ("t.jsonl", '{"note": "sailor"}', r"row 1: no column label; found note"),
        ("t.jsonl", '{"note": "sailor", "label": null}', r"row 1, column label is empty"),
        (
            "t.jsonl",
            '{"note": "sailor", "label": 1.5}',
            r"row 1, column label is no text but float",
        ),
        ("t.jsonl", '{"note": "sailor", "label": true}', r"column label is no text but bool"),
        ("t.jsonl", '{"note": ["sailor"], "label": "x"}', r"column note is no text but list"),
        ("t.jsonl", '{"note": "\\ud800", "label": "x"}', r"column note has half of a surrogate"),
        ("t.parquet", "sailor", r"t.parquet cannot be read \(ArrowInvalid\): not a Parquet file"),
        ("t.xlsx", "sailor", r"t.xlsx is no table: its name ends in none of .csv, .jsonl"),
        ("t", "sailor", r"t is no table"),
        (
            "t.csv.gz",
            gzip.compress(b"note,label\nsailor,x\n" * 99, mtime=0)[:40],
            r"cut short or damaged",
        ),
    ],
)
def test_a_malformed_table_is_named_and_not_quoted(
    tmp_path: Path, name: str, content: bytes | str, message: str
) -> None:
    path = written(tmp_path, name, content)
    with pytest.raises(DataError, match=message) as caught:
        list(table_rows(path, COLUMNS))
    assert str(path) in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"note": ["sailor"]}, "no column label; found note"),
        ({"note": [1.5], "label": ["x"]}, "column note is of type double: it must be text"),
        ({"note": [True], "label": ["x"]}, "column note is of type bool"),
        ({"note": [["sailor"]], "label": ["x"]}, "column note is of type list"),
        ({"note": [None, "sailor"], "label": ["x", "y"]}, "row 1, column note is empty"),
        ({"note": ["sailor", " "], "label": ["x", "y"]}, "row 2, column note is empty"),
    ],
)
def test_a_parquet_file_of_other_types_is_named(
    tmp_path: Path, columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        list(table_rows(parquet(tmp_path / "t.parquet", **columns), COLUMNS))
    assert SECRET not in str(caught.value)


def test_a_parquet_column_that_occurs_twice_and_text_that_is_not_utf8_are_named(
    tmp_path: Path,
) -> None:
    arrays = [pa.array(["a"]), pa.array(["b"]), pa.array(["c"])]
    pq.write_table(pa.table(arrays, names=["note", "note", "label"]), tmp_path / "twice.parquet")
    with pytest.raises(DataError, match="the column note occurs twice"):
        list(table_rows(tmp_path / "twice.parquet", COLUMNS))
    note = pa.array([b"\xe9 sailor"]).cast(pa.string(), safe=False)
    pq.write_table(pa.table({"note": note, "label": ["x"]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="cannot be read"):
        list(table_rows(tmp_path / "t.parquet", COLUMNS))


CELLS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1
).filter(str.strip)
TABLES = st.lists(st.fixed_dictionaries({"note": CELLS, "label": CELLS}), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), mark=st.booleans())
def test_any_text_is_read_back_from_csv_whatever_its_quoting_or_mark(
    tmp_path: Path, rows: list[dict[str, str]], quoting: int, mark: bool
) -> None:
    text = as_csv(rows, quoting)
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("utf-8-sig" if mark else "utf-8"))
    expected = [{name: cell.strip() for name, cell in row.items()} for row in rows]
    assert [row for _, row in table_rows(path, COLUMNS)] == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES)
def test_formats_agree_on_any_text(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    lines = tmp_path / "t.jsonl"
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    binary = parquet(tmp_path / "t.parquet", **{c: [row[c] for row in rows] for c in COLUMNS})
    (tmp_path / "t.csv").write_bytes(as_csv(rows).encode())
    contents = [
        [row for _, row in table_rows(path, COLUMNS)]
        for path in (lines, binary, tmp_path / "t.csv")
    ]
    assert contents[0] == contents[1] == contents[2]
