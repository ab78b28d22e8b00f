from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.data.left_out import Samples
from clue.errors import DataError
from clue.task import medmcqa
from tests import tiny

ROWS = [tiny.medmcqa_row(i) for i in range(4)]


def json_lines(folder: Path, *rows: dict[str, Any]) -> Samples:
    return medmcqa.read(tiny.lines(folder / "dev.json", rows))


def parquet(folder: Path, *rows: dict[str, Any]) -> Samples:
    return medmcqa.read(tiny.parquet(folder / "x.parquet", rows))


def test_both_forms_give_the_same_samples(tmp_path: Path) -> None:
    samples = json_lines(tmp_path, *ROWS)
    assert parquet(tmp_path, *ROWS) == samples
    assert [(sample.id, sample.target) for sample in samples] == (
        [("q0", "A"), ("q1", "B"), ("q2", "C"), ("q3", "D")]
    )
    assert samples[1].fields["subject"] == "Surgery"
    assert samples[1].fields["options"] == "A: 1 mg a\nB: 1 mg b\nC: 1 mg c\nD: 1 mg d"


def test_the_authors_archive_counts_from_1_and_gives_the_same_keys(tmp_path: Path) -> None:
    of_archive = [tiny.medmcqa_row(i, first=1) for i in range(4)]
    assert json_lines(tmp_path, *of_archive) == json_lines(tmp_path, *ROWS)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ((1, 2, 3), "the field cop has neither 0 nor 4"),
        ((0, 1, 4), "the field cop has both 0 and 4"),
        ((2,), "unknown if it counts the options from 0 or from 1"),
        ((2, -1), "the field cop has neither 0 nor 4"),
    ],
)
def test_a_file_that_does_not_tell_its_count_is_refused(
    tmp_path: Path, keys: tuple[int, ...], problem: str
) -> None:
    rows = [row | {"cop": key} for row, key in zip(ROWS, keys, strict=False)]
    with pytest.raises(DataError, match=problem):
        json_lines(tmp_path, *rows)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_the_count_is_never_guessed(tmp_path_factory: Any, keys: list[int]) -> None:
    """The same keys, counted from 0 and from 1, are the same letters, or are refused."""
    letters = ["ABCD"[key] for key in keys]
    for first, needed in ((0, 0), (1, 3)):
        rows = [tiny.medmcqa_row(i) | {"cop": key + first} for i, key in enumerate(keys)]
        folder = tmp_path_factory.mktemp("keys")
        if needed in keys:
            assert [sample.target for sample in json_lines(folder, *rows)] == letters
        else:
            with pytest.raises(DataError, match="neither 0 nor 4"):
                json_lines(folder, *rows)


def test_rows_that_cannot_be_asked_or_scored_are_counted(tmp_path: Path) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"cop": -1},
        {"question": " "},
        {"opc": None},
        {"opd": ""},
    )
    rows = [tiny.medmcqa_row(8 + i) | change for i, change in enumerate(changes)]
    samples = json_lines(tmp_path, *ROWS, *rows)
    assert [sample.id for sample in samples] == ["q0", "q1", "q2", "q3"]
    assert samples.rows == 8
    assert samples.notes == (
        "left out: 1 row without a reference (row 5)",
        "left out: 1 row without a question (row 6)",
        "left out: 2 rows with a blank option (row 7, row 8)",
    )


def test_the_withheld_test_split_has_no_sample(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no rows that can be used: left out: 4 rows without a"):
        json_lines(tmp_path, *[row | {"cop": -1} for row in ROWS])


def test_a_repeated_question_is_one_cluster(tmp_path: Path) -> None:
    samples = json_lines(tmp_path, *ROWS, ROWS[2] | {"id": "again"})
    assert [sample.cluster for sample in samples] == ["q0", "q1", "q2", "q3", "q2"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"cop": 5}, "row 2, field cop is no number from -1 to 4"),
        ({"cop": -2}, "row 2, field cop is no number from -1 to 4"),
        ({"cop": "1"}, "row 2, field cop is no number from -1 to 4"),
        ({"cop": True}, "row 2, field cop is no number from -1 to 4"),
        ({"cop": None}, "row 2, field cop is no number from -1 to 4"),
        ({"id": None}, "row 2, field id is empty"),
        ({"id": "q0"}, "row 2: its id is in row 1 too"),
        ({"subject_name": ""}, "row 2, field subject_name is empty"),
        ({"opa": 1.5}, "row 2, field opa is no text"),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        json_lines(tmp_path, ROWS[0], ROWS[1] | change)


@pytest.mark.parametrize("name", medmcqa.COLUMNS)
def test_a_missing_field_is_an_error(tmp_path: Path, name: str) -> None:
    rows = [{field: value for field, value in row.items() if field != name} for row in ROWS]
    for read in (json_lines, parquet):
        with pytest.raises(DataError, match=name):
            read(tmp_path, *rows)
