import json
import random
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clue.data.locate import locate
from clue.data.mimic.medisumcode import LetterSelection, build, describe
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError
from tests.clue.data.mimic.tiny_mimic import Row, diagnosis, folder, note

ALL = LetterSelection(several_per_patient=True)


def built(
    data: Path, choice: LetterSelection = ALL, counts: Counter[str] | None = None
) -> list[dict[str, Any]]:
    notes, diagnoses = (locate(DATASETS["mimic"], name, data) for name in ("notes", "diagnoses"))
    return build(notes, diagnoses, choice, Counter() if counts is None else counts)


def codes(row: Row) -> list[str]:
    return [entry["code"] for entry in row["icd_codes"]]


def coded(tmp_path: Path, *diagnoses: Row, **choice: Any) -> tuple[list[str], Counter[str]]:
    """Codes of admission 1, coded so; admission 2 is there to leave something."""
    counts: Counter[str] = Counter()
    data = folder(tmp_path, [note(1), note(2)], [*diagnoses, diagnosis(2)])
    rows = {row["hadm_id"]: row for row in built(data, LetterSelection(**choice), counts)}
    return codes(rows[1]) if 1 in rows else [], counts


def test_the_fictional_tables_make_the_fictional_data_set() -> None:
    shipped = json.loads(locate(DATASETS["medisumcode"], "test", DEMO).read_text())
    rows = built(DEMO)
    notes = {row.pop("note_id") for row in rows}
    assert len(notes) == len(shipped)
    assert rows == [row | {"text": row["text"].strip()} for row in shipped]


def test_codes_stand_once_with_dots_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    icd_codes, _ = coded(
        tmp_path,
        diagnosis(1, "I10", 10),
        diagnosis(1, "e119", 2),
        diagnosis(1, "I10", 1),
        diagnosis(1, "S72001A", 9),
    )
    assert icd_codes == ["I10", "E11.9", "S72.001A"]


def test_what_has_not_the_form_of_a_code_is_left_out_and_counted(tmp_path: Path) -> None:
    icd_codes, counts = coded(
        tmp_path, diagnosis(1, "4019"), diagnosis(1, "NODX"), diagnosis(1, "I10")
    )
    assert icd_codes == ["I10"]
    assert counts["diagnoses that are no ICD-10-CM code by form, left out"] == 2


def test_a_code_that_no_release_list_has_is_kept_and_counted(tmp_path: Path) -> None:
    icd_codes, counts = coded(tmp_path, diagnosis(1, "Q9999"), diagnosis(1, "Q9999", 2))
    assert icd_codes == ["Q99.99"]
    assert counts["diagnoses in none of the release lists, kept"] == 2
    assert counts["codes written without a description"] == 1


def test_descriptions_are_of_the_newest_release_that_has_the_code() -> None:
    assert describe("I10") == "Essential (primary) hypertension"
    assert describe("I48.2") == "Chronic atrial fibrillation"  # a heading by now
    assert describe("Q99.99") is None


def test_a_retired_code_is_described_by_the_list_of_2024(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clue.icd.description", lambda code: None)
    assert describe("E11.9") == "Type 2 diabetes mellitus without complications"


def test_an_admission_without_a_valid_code_is_left_out_and_counted(tmp_path: Path) -> None:
    icd_codes, counts = coded(tmp_path, diagnosis(1, "NODX"))
    assert icd_codes == []
    assert counts["admissions without a valid code, left out"] == 1
    assert counts["letters of admissions left out"] == 1


@pytest.mark.parametrize("other", [10, 9])
def test_an_admission_with_any_icd_9_code_is_left_out_and_counted(
    tmp_path: Path, other: int
) -> None:
    icd_codes, counts = coded(
        tmp_path, diagnosis(1, "4019", icd_version=9), diagnosis(1, "I10", 2, icd_version=other)
    )
    assert icd_codes == []
    assert counts["admissions with ICD-9 codes, left out"] == 1
    assert counts["diagnoses in ICD-9"] == 1 + (other == 9)


def test_icd_9_is_mapped_marked_and_counted_on_request(tmp_path: Path) -> None:
    old = [("0730", 1), ("V4581", 2), ("4019", 4), ("E9999", 5), ("XYZ", 6)]
    diagnoses = [diagnosis(1, code, number, icd_version=9) for code, number in old]
    data = folder(tmp_path, [note(1), note(2)], [*diagnoses, diagnosis(1, "I10", 3), diagnosis(2)])
    counts: Counter[str] = Counter()
    first, second = built(data, LetterSelection(map_icd9=True), counts)
    assert codes(first) == ["A70", "J17", "Z95.1", "I10"]
    assert first["mapped_from_icd9"] is True
    assert "mapped_from_icd9" not in second
    assert counts["diagnoses in ICD-9, exactly mapped"] == 1
    assert counts["diagnoses in ICD-9, approximately mapped"] == 2
    assert counts["diagnoses in ICD-9 without equivalent, left out"] == 2
    assert counts["letters written with codes mapped from ICD-9"] == 1


def test_an_icd_10_code_is_not_read_as_icd_9(tmp_path: Path) -> None:
    icd_codes, _ = coded(tmp_path, diagnosis(1, "V4581", icd_version=10), map_icd9=True)
    assert icd_codes == ["V45.81"]


def test_missing_partners_are_counted(tmp_path: Path) -> None:
    data = folder(tmp_path, [note(1), note(2)], [diagnosis(1), diagnosis(3), diagnosis(4)])
    counts: Counter[str] = Counter()
    assert [row["hadm_id"] for row in built(data, ALL, counts)] == [1]
    assert counts["letters of admissions without diagnoses"] == 1
    assert counts["admissions without a letter"] == 2
    assert counts["admissions to choose from"] == 1


def test_a_patient_has_one_letter_unless_several_are_asked_for(tmp_path: Path) -> None:
    hadm_ids = range(1, 13)
    notes = [note(n, 7 + n % 3) for n in hadm_ids]
    data = folder(tmp_path, notes, [diagnosis(n, subject_id=7 + n % 3) for n in hadm_ids])
    assert sorted(row["subject_id"] for row in built(data, LetterSelection())) == [7, 8, 9]
    assert [row["hadm_id"] for row in built(data)] == list(hadm_ids)
    assert len(built(data, LetterSelection(size=5, several_per_patient=True))) == 5


def test_an_admission_has_one_letter(tmp_path: Path) -> None:
    data = folder(tmp_path, [note(1), note(1, note_id="another")])
    assert len(built(data)) == 1


@pytest.mark.parametrize("several", [True, False])
def test_the_row_order_does_not_matter(tmp_path: Path, several: bool) -> None:
    order = random.Random(several)
    notes = [note(n, 100 + n // 2) for n in range(1, 30)]
    diagnoses = [
        diagnosis(n, code, number, subject_id=100 + n // 2)
        for n in range(1, 30)
        for number, code in enumerate(order.sample(["I10", "E119", "D62", "Z951"], 3))
    ]
    for n in range(1, 30):  # two codes under one number
        diagnoses += [diagnosis(n, code, 4, subject_id=100 + n // 2) for code in ("J17", "A70")]
    choice = LetterSelection(size=9, several_per_patient=several)
    first = built(folder(tmp_path / "a", notes, diagnoses), choice)
    order.shuffle(notes)
    order.shuffle(diagnoses)
    assert built(folder(tmp_path / "b", notes, diagnoses), choice) == first
    assert built(tmp_path / "b", LetterSelection(9, 2, several_per_patient=several)) != first


def test_tables_of_different_patients_do_not_belong_together(tmp_path: Path) -> None:
    data = folder(tmp_path, [note(1, 5)], [diagnosis(1)])
    with pytest.raises(DataError, match=r"discharge.csv.gz: row 2: its hadm_id has another"):
        built(data)


def test_nothing_to_choose_from_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no letter of an admission that is eligible"):
        built(folder(tmp_path, [note(1)], [diagnosis(1, "4019", icd_version=9)]))


def test_letters_that_are_not_drawn_are_not_held(tmp_path: Path) -> None:
    text = "zebra" * 20_000
    numbers = range(1, 300)
    data = folder(tmp_path, [note(n, text=text) for n in numbers], [diagnosis(n) for n in numbers])
    built(data, LetterSelection(size=1))  # the release lists are read once
    tracemalloc.start()
    try:
        built(data, LetterSelection(size=3))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * 2**20 < len(text) * len(numbers) / 4
