from pathlib import Path
from typing import Any

import pytest

from clue.errors import DataError
from clue.records import Sample
from clue.task import medisumcode
from tests import tiny

ROW = {"hadm_id": 7, "subject_id": 3, "text": "Letter.", "icd_codes": [{"code": "E119"}]}
SAMPLE = Sample("7", {}, "E11.9", "3")


def read(tmp_path: Path, *rows: Any) -> list[Sample]:
    return medisumcode.read(tiny.document(tmp_path / "MeDiSumCode.json", rows))


def test_codes_are_read_with_their_dot_and_patients_are_clusters(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, ROW | {"icd_codes": [{"code": "E119"}, {"code": "i10"}]})
    assert (sample.id, sample.cluster, sample.target) == ("7", "3", "E11.9, I10")
    assert sample.fields == {"discharge_summary": "Letter."}


def test_without_a_patient_the_admission_is_the_cluster(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, {name: ROW[name] for name in ROW if name != "subject_id"})
    assert sample.cluster == "7"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"hadm_id": None}, "row 2, field hadm_id is empty"),
        ({"hadm_id": 7}, "row 2: its id is in row 1 too"),
        ({"text": " "}, "row 2, field text is empty"),
        ({"icd_codes": "E11.9"}, "row 2, field icd_codes contains no list of codes"),
        ({"icd_codes": ["E11.9"]}, "row 2, field icd_codes: an entry is no JSON object"),
        ({"icd_codes": [{}]}, "row 2, icd_codes: no field code"),
        (
            {"icd_codes": [{"code": "250.00"}]},
            "no ICD-10-CM code is of the form '999.99'",
        ),
        (
            {"icd_codes": [{"code": "I10"}, {"code": "i10"}]},
            "icd_codes: entry 1 occurs again later",
        ),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path, ROW, ROW | {"hadm_id": 8} | row)
    assert "Letter" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [({}, "is no JSON array but dict"), ([1], "row 1 is no JSON object"), ([], "has no rows")],
)
def test_a_file_of_another_shape_is_named(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        medisumcode.read(tiny.document(tmp_path / "MeDiSumCode.json", content))


@pytest.mark.parametrize(
    ("text", "answer", "upstream"),
    [
        ("E11.9, I10", "E11.9, I10", "E119, I10"),
        ("I10, I10", "I10", "I10, I10"),
        ("e11.9", "E11.9", None),
        ("C4A.9, U07.1", "C4A.9, U07.1", None),
        ("S72.001A", "S72.001A", "S72001A"),
        ("T45.525A: drug", "T45.525A", "T45525A"),
        ("vitamin B12", None, "B12"),
        ("none", None, None),
    ],
)
def test_answers_and_what_they_mean(text: str, answer: str | None, upstream: str | None) -> None:
    assert medisumcode.parse(text, SAMPLE) == answer
    assert medisumcode.parse_upstream(text, SAMPLE) == upstream
