from pathlib import Path

import pytest

from clue.errors import DataError
from clue.records import Sample
from clue.task import aci_bench
from tests import tiny
from tests.clue.task.answers.samples import NEUTRAL
from tests.clue.task.test_task import build_task, ids

ROW = {
    "dataset": "aci",
    "encounter_id": "D7",
    "dialogue": '[doctor] "hi" , tom .\r\n[patient] hello .',
    "note": "CHIEF COMPLAINT\n\nCough.",
}


def read(tmp_path: Path, *rows: dict[str, str]) -> list[Sample]:
    return aci_bench.read(tiny.table(tmp_path / "x.csv", rows))


def test_a_visit(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, ROW)
    dialogue = '[doctor] "hi" , tom .\n[patient] hello .'
    assert sample == Sample("D7", {"dialogue": dialogue}, ROW["note"], "D7")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"note": " "}, r"no rows that can be used: .* without a reference \(row 2\)"),
        ({"dialogue": ""}, r"no rows that can be used: .* without an input \(row 2\)"),
        ({"encounter_id": ""}, "row 2, field encounter_id is empty"),
    ],
)
def test_an_empty_cell_is_named(tmp_path: Path, row: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, ROW | row)


def test_an_encounter_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3: the id in column encounter_id is in row 2 too"):
        read(tmp_path, ROW, ROW)


def test_the_file_with_the_properties_of_the_visits_is_told_from_the_visits(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column dialogue, note; found dataset, encounter_id"):
        read(tmp_path, {"dataset": "aci", "encounter_id": "D7", "cc": "cough"})


def test_the_three_test_sets_are_asked_together(data: Path) -> None:
    split = build_task("aci_bench", data).split()
    expected = [f"test{number + 1}/D{number}{i}" for number in range(3) for i in range(3)]
    assert sorted(ids(split.scored)) == expected
    assert {sample.cluster for sample in split.scored} == {name[6:] for name in expected}
    assert [shot.id[:2] for shot in split.shots] == ["D3"]  # of the training file


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("CHIEF COMPLAINT\n\nCough.\n\nASSESSMENT AND PLAN\n\nRest.", True),
        ("**CHIEF COMPLAINT:**\nCough.\n## PLAN\nRest.", True),
        ("CHIEF COMPLAINT\n\nCough.", False),
        ("PLAN\nRest.\nPLAN\nRest.", False),
        ("Chief complaint\nCough.\nPlan\nRest.", False),
        ("<think>CHIEF COMPLAINT\nPLAN\n", False),
        ("", False),
    ],
)
def test_headings_in_capitals_are_the_requested_form(text: str, followed: bool) -> None:
    flags = aci_bench.answer_flags(text, aci_bench.parse(text, NEUTRAL), NEUTRAL)
    assert flags == {"format_followed": followed}
