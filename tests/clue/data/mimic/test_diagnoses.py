from collections import Counter
from pathlib import Path

import pytest

from clue.data.mimic.diagnoses import read_diagnoses
from clue.errors import DataError
from tests.clue.data.mimic.tiny_mimic import Row, diagnosis, packed


def test_each_code_is_held_once_and_both_versions_keep_apart(tmp_path: Path) -> None:
    rows = [
        diagnosis(1, "e11.9", 2),
        diagnosis(2, "V4581", icd_version=9),
        diagnosis(1, "E119", 1),
        diagnosis(2, "V4581", 2),
    ]
    counts: Counter[str] = Counter()
    table = read_diagnoses(packed(tmp_path / "x", rows), counts)
    assert table.codes == [("E119", "10"), ("V4581", "9"), ("V4581", "10")]
    assert table.uses == [2, 1, 1]
    assert {hadm_id: list(admission.pairs) for hadm_id, admission in table.admissions.items()} == {
        1: [2, 0, 1, 0],
        2: [1, 1, 2, 2],
    }
    assert counts == {"diagnoses read": 4, "admissions with diagnoses": 2}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"icd_version": "11"}, "row 3, field icd_version is neither 9 nor 10"),
        ({"icd_version": "ICD"}, "row 3, field icd_version is neither 9 nor 10"),
        ({"icd_code": " "}, "row 3, field icd_code is empty"),
        ({"seq_num": "first"}, "row 3, field seq_num is no number"),
        ({"hadm_id": "1.0"}, "row 3, field hadm_id is no number"),
        ({"subject_id": "x"}, "row 3, field subject_id is no number"),
        ({"subject_id": 5}, "row 3: its hadm_id has another subject_id in a row before"),
    ],
)
def test_a_malformed_diagnosis_is_named(tmp_path: Path, row: Row, message: str) -> None:
    rows = [diagnosis(1), diagnosis(1, "E119", 2) | dict(row)]
    with pytest.raises(DataError, match=f"diagnoses_icd.csv.gz: {message}"):
        read_diagnoses(packed(tmp_path / "diagnoses_icd.csv.gz", rows), Counter())


def test_every_column_of_the_diagnoses_is_needed(tmp_path: Path) -> None:
    row = diagnosis(1)
    del row["icd_version"]
    with pytest.raises(DataError, match="row 1: no column icd_version"):
        read_diagnoses(packed(tmp_path / "x", [row]), Counter())
