"""Tables of anybody: CSV, JSON lines, Parquet."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ResultsError
from analysis.readers import ModelResults, ReadRequest, read, read_file
from clue.records import SampleKey

ROWS = [
    {"sample_id": "7", "score": 1.0, "cluster": "north", "repeat": 0, "other": 0.25},
    {"sample_id": "7", "score": 0.0, "cluster": "north", "repeat": 1, "other": 0.5},
    {"sample_id": "08", "score": 1.0, "cluster": "south", "repeat": 0, "other": 1e-3},
]


def csv(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    path = path.with_suffix(".csv")
    path.write_text("\n".join(lines) + "\n")
    return path


def jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def array(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path = path.with_suffix(".json")
    path.write_text(json.dumps(rows, indent=2))
    return path


def parquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path = path.with_suffix(".parquet")
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


WRITERS: list[Callable[[Path, Sequence[dict[str, Any]]], Path]] = [csv, jsonl, array, parquet]


def content(results: ModelResults) -> list[tuple[Any, ...]]:
    return [
        (row.sample_id, row.repeat, row.cluster, score)
        for row, score in zip(results.rows, results.scores, strict=True)
    ]


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_reads_the_same(
    tmp_path: Path, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    results = read(write(tmp_path / "rows", ROWS))
    assert content(results) == [
        ("7", 0, "north", 1.0),
        ("7", 1, "north", 0.0),
        ("08", 0, "south", 1),
    ]
    assert results.score == "score"
    assert results.name == "rows"


@pytest.mark.parametrize("write", WRITERS)
def test_another_column_can_be_the_score(
    tmp_path: Path, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    results = read(write(tmp_path / "rows", ROWS), "other")
    assert results.scores == (0.25, 0.5, 1e-3)


@pytest.mark.parametrize("write", WRITERS)
def test_an_unknown_score_lists_those_that_there_are(
    tmp_path: Path, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    with pytest.raises(ResultsError, match="no score rouge; there are: other; score"):
        read(write(tmp_path / "rows", ROWS), "rouge")


def test_one_column_besides_the_known_ones_is_the_score(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "accuracy": 1, "repeat": 0}]
    assert read(jsonl(tmp_path / "rows", rows)).score == "accuracy"


def test_several_columns_and_none_named_score_is_a_question(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "accuracy": 1, "f1": 0}]
    with pytest.raises(ResultsError, match="specify the score"):
        read(jsonl(tmp_path / "rows", rows))


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_score_that_is_not_finite_is_an_error_with_its_row(
    tmp_path: Path, value: float, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    rows = [{"sample_id": "a", "score": 1.0}, {"sample_id": "b", "score": value}]
    with pytest.raises(ResultsError, match=r"(row|entry) 2, score: the score is -?(nan|inf)"):
        read(write(tmp_path / "rows", rows))


@pytest.mark.parametrize("value", ["", "good", "1,5", "--"])
def test_a_score_that_is_no_number_is_an_error_with_its_row(tmp_path: Path, value: str) -> None:
    rows = [{"sample_id": "a", "score": 1.0}, {"sample_id": "b", "score": value}]
    with pytest.raises(ResultsError, match=r"row 2, score: the score is (empty|no number)"):
        read(jsonl(tmp_path / "rows", rows))


def test_a_missing_score_is_an_error_and_not_a_zero(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows", [{"sample_id": "a", "score": 1.0}, {"sample_id": "b"}])
    with pytest.raises(ResultsError, match="row 2, score: the score is empty"):
        read(path)


@pytest.mark.parametrize(("value", "expected"), [(True, 1.0), ("false", 0.0), ("0.5", 0.5)])
def test_scores_may_be_written_as_words(tmp_path: Path, value: object, expected: float) -> None:
    assert read(jsonl(tmp_path / "rows", [{"sample_id": "a", "score": value}])).scores == (
        expected,
    )


def test_whole_numbers_and_their_texts_are_the_same_id(tmp_path: Path) -> None:
    rows = [{"sample_id": value, "score": 1} for value in (3, "3", 3.0)]
    assert {row.sample_id for row in read(jsonl(tmp_path / "rows", rows)).rows} == {"3"}


@pytest.mark.parametrize("value", [None, "", " ", 1.5, True, ["a"]])
def test_an_id_that_identifies_nothing_is_an_error(tmp_path: Path, value: object) -> None:
    with pytest.raises(ResultsError, match="row 1: the sample's id"):
        read(jsonl(tmp_path / "rows", [{"sample_id": value, "score": 1}]))


def test_without_ids_the_columns_are_listed(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no column sample_id; there are: id, score"):
        read(jsonl(tmp_path / "rows", [{"id": "a", "score": 1}]))


@pytest.mark.parametrize("name", ["repeat", "wording", "draw"])
@pytest.mark.parametrize("value", ["first", 0.5, None])
def test_a_repeat_a_wording_and_a_draw_are_whole_numbers(
    tmp_path: Path, name: str, value: object
) -> None:
    rows = [{"sample_id": "a", "score": 1, name: value}]
    with pytest.raises(ResultsError, match=f"the {name} is no integer"):
        read(jsonl(tmp_path / "rows", rows))


@pytest.mark.parametrize("write", WRITERS)
def test_columns_wording_and_draw_are_part_of_the_key_and_no_scores(
    tmp_path: Path, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    rows = [{"sample_id": "a", "wording": 1, "draw": draw, "accuracy": 1.0} for draw in (2, 0)]
    results = read(write(tmp_path / "rows", rows))
    assert results.score == "accuracy"
    assert [row.key for row in results.rows] == [SampleKey("a", 0, 1, 2), SampleKey("a", 0, 1, 0)]
    assert read(write(tmp_path / "plain", ROWS)).rows[1].key == SampleKey("7", 1, 0, 0)


def test_a_cluster_may_lie_deep(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "score": 1, "meta": {"patient": {"id": 7}}}]
    assert read(jsonl(tmp_path / "rows", rows), "score", "meta.patient.id").rows[0].cluster == "7"


@pytest.mark.parametrize("field", ["patient", "meta.ward", "score.x"])
def test_a_cluster_field_that_is_not_there_is_an_error(tmp_path: Path, field: str) -> None:
    rows = [{"sample_id": "a", "score": 1, "meta": {"patient": 7}}]
    with pytest.raises(ResultsError, match="to cluster by; there are: meta, sample_id, score"):
        read(jsonl(tmp_path / "rows", rows), "score", field)


def test_an_empty_cluster_is_an_error(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "score": 1, "cluster": ""}]
    with pytest.raises(ResultsError, match="row 1: the field cluster is empty"):
        read(jsonl(tmp_path / "rows", rows))


def test_the_cluster_column_is_no_score(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "patient": 1, "accuracy": 0}]
    assert read(jsonl(tmp_path / "rows", rows), cluster="patient").score == "accuracy"


def test_digests_of_what_was_asked_are_read(tmp_path: Path) -> None:
    rows = [{"sample_id": "a", "score": 1, "prompt_hash": "p", "gold_hash": "g", "doc_hash": "d"}]
    row = read(jsonl(tmp_path / "rows", rows)).rows[0]
    assert row.digests == {"prompt": "p", "target": "g", "doc": "d"}
    assert row.content == "d"


def test_line_separators_within_a_text_end_no_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"sample_id": name, "score": 1, "note": "a\u2028b\x85c\x0cd"} for name in "ab"]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    assert len(read(path, "score").rows) == 2


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xef\xbb\xbfsample_id,score\na,1\n")
    assert read(path).scores == (1.0,)


def test_quoted_commas_do_not_split_a_field(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('sample_id,score,note\n"a, b",1,"said ""x"", twice\nover"\n')
    assert read(path, "score").rows[0].sample_id == "a, b"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("rows.csv", "sample_id,score\na,1,2\n", "row 2: 3 cells, but the header has 2"),
        ("rows.csv", "sample_id,score\na\n", "row 2: 1 cell, but the header has 2"),
        ("rows.csv", 'sample_id,score\n"a,1\n', "line 2: .*unexpected end of data"),
        ("rows.csv", "sample_id,score,score\na,1,2\n", "row 1: the column number 2 occurs twice"),
        ("rows.csv", "", "no column sample_id; there are: none"),
        ("rows.csv", "sample_id,score\n", "no column sample_id|none of its samples"),
        ("rows.jsonl", '{"sample_id": "a", "score": 1}\n{"sample_id"\n', "line 2 is no JSON"),
        ("rows.jsonl", '[1, 2]\n{"sample_id": "a"}\n', "entry 1: no JSON object but list"),
        ("rows.jsonl", "", "line 1|is empty"),
        ("rows.json", "[]", "is empty"),
        ("rows.json", "3", "no JSON object but int"),
        ("rows.parquet", "PAR1", "no readable Parquet file"),
    ],
)
def test_malformed_files_are_errors_that_name_the_place(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ResultsError, match=message) as error:
        read(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet", "eval"])
def test_a_file_that_is_not_there_is_said(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ResultsError, match="cannot be read: No such file"):
        read(tmp_path / f"none.{ending}")


def test_what_is_no_file_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="is a folder"):
        read(tmp_path)
    path = tmp_path / "latin.csv"
    path.write_bytes("sample_id,score\nä,1\n".encode("latin-1"))
    with pytest.raises(ResultsError, match="no text in UTF-8"):
        read(path)


def test_no_text_of_an_item_is_in_an_error(tmp_path: Path) -> None:
    secret = "the patient was admitted"
    rows = [{"sample_id": "a", "score": secret, "note": secret}]
    for arguments in ({"score": "score"}, {"score": "none"}, {"score": "score", "cluster": "x"}):
        with pytest.raises(ResultsError) as error:
            read(jsonl(tmp_path / "rows", rows), **arguments)
        assert secret not in str(error.value)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(categories=("L", "N")), min_size=1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(0, 9),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    table = [{"sample_id": name, "score": score, "repeat": r} for name, score, r in rows]
    for write in (csv, jsonl, parquet):
        results = read(write(folder / "rows", table))
        assert content(results) == [(name, r, None, score) for name, score, r in rows]


NESTED = [
    {"item": {"key": "a"}, "metrics": {"f1": 0.5, "em": 1}, "who": {"patient": 7}, "trial": 0},
    {"item": {"key": "a"}, "metrics": {"f1": 0.25, "em": 0}, "who": {"patient": 7}, "trial": 1},
]


def test_id_score_cluster_and_repeat_may_be_other_fields_also_deep_ones(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows", NESTED)
    fields = {"score": "metrics.f1", "cluster": "who.patient", "sample_id": "item.key"}
    results = read_file(ReadRequest(path, **fields, repeat="trial"))
    assert content(results) == [("a", 0, "7", 0.5), ("a", 1, "7", 0.25)]
    assert results.score == "metrics.f1"


def test_an_id_or_repeat_that_no_row_has_is_an_error(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows", NESTED)
    for fields in ({"sample_id": "key"}, {"sample_id": "item.key", "repeat": "round"}):
        with pytest.raises(ResultsError, match=r"no column (key|round); there are: item\.key, "):
            read_file(ReadRequest(path, "metrics.f1", **fields))


def test_the_columns_of_id_and_repeat_are_no_scores(tmp_path: Path) -> None:
    rows = [{"id": "a", "epoch": 1, "accuracy": 1}]
    request = ReadRequest(jsonl(tmp_path / "rows", rows), sample_id="id", repeat="epoch")
    assert read_file(request).score == "accuracy"


@pytest.mark.parametrize("write", WRITERS)
def test_letters_and_words_are_scores(
    tmp_path: Path, write: Callable[[Path, Sequence[dict[str, Any]]], Path]
) -> None:
    words = ["C", "I", "P", "N", "yes", "No"]
    rows = [{"sample_id": str(number), "score": word} for number, word in enumerate(words)]
    results = read(write(tmp_path / "rows", rows))
    assert results.scores == (1.0, 0.0, 0.5, 0.0, 1.0, 0.0)


@pytest.mark.parametrize("letter", ["c", "A", "Y"])
def test_other_letters_are_no_scores(tmp_path: Path, letter: str) -> None:
    with pytest.raises(ResultsError, match="the score is no number"):
        read(jsonl(tmp_path / "rows", [{"sample_id": "a", "score": letter}]))


def test_columns_with_one_model_and_task_name_them(tmp_path: Path) -> None:
    rows = [{"sample_id": name, "score": 1, "model": "knee-7b", "task": "rooms"} for name in "ab"]
    results = read(csv(tmp_path / "rows", rows))
    assert (results.model, results.task, results.score) == ("knee-7b", "rooms", "score")
    rows[1]["model"] = "knee-8b"
    assert read(csv(tmp_path / "rows", rows)).model is None
