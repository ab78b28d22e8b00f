from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import DataError
from clue.records import Sample
from clue.task import mts_dialog
from clue.task.answers.section import SECTIONS
from tests import tiny
from tests.clue.task.answers.samples import NEUTRAL
from tests.clue.task.test_task import build_task, ids

ROW = {
    "ID": "7",
    "section_header": "FAM/SOCHX",
    "section_text": "Never smoked,\r\nlives alone. ",
    "dialogue": 'Doctor: Do you "smoke"?\r\nPatient: Never.',
}


def read(tmp_path: Path, *rows: dict[str, str]) -> list[Sample]:
    return mts_dialog.read(tiny.table(tmp_path / "x.csv", rows))


def test_a_section(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, ROW)
    assert sample.id == "7"
    assert sample.fields == {"dialogue": 'Doctor: Do you "smoke"?\nPatient: Never.'}
    assert sample.target == "FAM/SOCHX\nNever smoked,\nlives alone."
    assert mts_dialog.header(sample.target) == "FAM/SOCHX"
    assert mts_dialog.section_text(sample.target) == "Never smoked,\nlives alone."


def test_equal_dialogues_are_a_cluster(tmp_path: Path) -> None:
    other = ROW | {"ID": "8", "dialogue": "Doctor: Hello."}
    copy = ROW | {"ID": "9", "dialogue": ROW["dialogue"].replace("\r", "") + "\n"}
    clusters = [sample.cluster for sample in read(tmp_path, ROW, other, copy)]
    assert clusters[0] == clusters[2] != clusters[1]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"section_header": "HPI"}, "row 2: section_header is none of FAM/SOCHX, GENHX"),
        ({"section_header": ""}, "row 2, field section_header is empty"),
        ({"section_text": " "}, r"no rows that can be used: .* without a reference \(row 2\)"),
        ({"dialogue": ""}, r"no rows that can be used: .* without an input \(row 2\)"),
    ],
)
def test_what_is_not_as_released_is_an_error(
    tmp_path: Path, row: dict[str, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, ROW | row)


def test_both_test_sets_are_asked_though_their_ids_are_the_same(data: Path) -> None:
    split = build_task("mts_dialog", data).split()
    assert sorted(ids(split.scored)) == [f"test{n}/{i}" for n in (1, 2) for i in range(3)]
    assert sorted(ids(split.shots)) == ["0", "1", "2"]
    assert all(shot.target.endswith((" 20.", " 21.", " 22.")) for shot in split.shots)


@pytest.mark.parametrize(
    ("text", "followed", "unread"),
    [
        ("CC\nCough.", True, False),
        ("cc\nCough.", False, False),
        ("CC: Cough.", False, False),
        ("CC", False, False),
        ("Cough.", False, True),
        ("", False, False),
    ],
)
def test_the_requested_form_is_told_from_others(text: str, followed: bool, unread: bool) -> None:
    flags = mts_dialog.answer_flags(text, mts_dialog.parse(text, NEUTRAL), NEUTRAL)
    assert flags == {"format_followed": followed, "header_unread": unread}


names = st.sampled_from([name for header, more in SECTIONS.items() for name in (header, *more)])
styles = st.sampled_from(
    ["{}\n{}", "{}:\n\n{}", "**{}**\n{}", "## {}\n{}", "{}: {}", "Section: {}\nText: {}"]
)


@given(names, styles, st.booleans())
def test_every_name_of_a_section_is_read(name: str, style: str, capitals: bool) -> None:
    text = style.format(name.upper() if capitals else name, "She coughs.")
    answer = str(mts_dialog.parse(text, NEUTRAL))
    header = mts_dialog.header(answer)
    assert name == header or name in SECTIONS[header]
    assert mts_dialog.section_text(answer) == "She coughs."


@given(st.text(max_size=200))
def test_any_text_is_read_and_loses_no_words(text: str) -> None:
    answer = mts_dialog.parse(text, NEUTRAL)
    if answer is not None and not mts_dialog.header(answer):
        assert mts_dialog.section_text(answer).split() == answer.split()
