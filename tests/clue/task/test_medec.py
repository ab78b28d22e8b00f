from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.data.left_out import Samples
from clue.errors import DataError
from clue.records import Sample
from clue.task import medec
from clue.task.answers.reported_error import NO_ERROR, canonical
from tests import tiny
from tests.clue.task.answers.samples import NEUTRAL
from tests.clue.task.test_task import build_task

WRONG, RIGHT = tiny.medec_row("Test", 1, True), tiny.medec_row("Test", 1, False)


def read(tmp_path: Path, *rows: dict[str, str]) -> Samples:
    return medec.read(tiny.table(tmp_path / "x.csv", rows))


def test_a_text_with_an_error_and_one_without(tmp_path: Path) -> None:
    wrong, right = read(tmp_path, WRONG, RIGHT)
    assert wrong.id == "test-3"
    assert wrong.target == "Error in sentence 3\nTest: he takes 1 tablets."
    assert wrong.fields["sentences"].splitlines() == [
        *("0 Knee 1 hurts.", '1 It "swells" 1 times.', "2 Wait 1."),
        "3 Test: he drinks 1 tablets.",
    ]
    assert "\r" not in wrong.fields["sentences"]
    assert (right.target, right.fields["text"]) == (NO_ERROR, RIGHT["Text"])
    parts = {name: [take(one.target) for one in (wrong, right)] for name, take in PARTS}
    assert parts == {
        "error_flag": ["1", "0"],
        "error_sentence": ["3", "-1"],
        "correction": ["Test: he takes 1 tablets.", "NA"],
    }


PARTS = medec.PARTS.items()


def test_versions_of_a_note_are_a_cluster(tmp_path: Path) -> None:
    other = tiny.medec_row("Test", 2, True)
    samples = read(tmp_path, WRONG, other, RIGHT)
    assert [sample.cluster for sample in samples] == ["test-3", "test-5", "test-3"]


def test_blank_rows_are_ignored_and_counted(tmp_path: Path) -> None:
    blank = dict.fromkeys(WRONG, "")
    samples = read(tmp_path, WRONG, blank, WRONG | {"Error Flag": " ", "Text ID": "x"}, blank)
    assert samples.rows == 2
    assert samples.notes == (
        "left out: 1 row without a reference (row 4)",
        "ignored: 2 rows blank in every column",
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"Error Flag": "yes"}, "row 2: Error Flag is neither 0 nor 1"),
        ({"Error Sentence ID": "4"}, "row 2: Error Sentence ID is the number of no line"),
        ({"Error Sentence ID": ""}, "row 2, field Error Sentence ID is empty"),
        ({"Corrected Sentence": "NA"}, "row 2: .* Corrected Sentence is empty or NA"),
        ({"Corrected Sentence": '"" '}, "row 2: .* Corrected Sentence is empty or NA"),
        ({"Text ID": " "}, "row 2, field Text ID is empty"),
        ({"Text": ""}, "row 2, field Text is empty"),
        ({"Sentences": ""}, "no rows that can be used: .* without an input"),
    ],
)
def test_what_is_not_as_released_is_an_error(
    tmp_path: Path, row: dict[str, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, WRONG | row)


def test_an_id_that_occurs_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3: the id in column Text ID is in row 2 too"):
        read(tmp_path, WRONG, WRONG)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    row = {name: text for name, text in WRONG.items() if name != "Corrected Sentence"}
    with pytest.raises(DataError, match=r"no column Corrected Sentence; found Text ID, .* other"):
        read(tmp_path, row)


def test_quotation_marks_of_the_release_are_no_part_of_a_correction(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, WRONG | {"Corrected Sentence": '" Labor\nwas induced.'})
    assert medec.correction(sample.target) == "Labor was induced."


def test_worked_examples_are_of_the_validation_file(data: Path) -> None:
    split = build_task("medec", data).split()
    assert len(split.scored) == 8
    assert {shot.id.partition("-")[0] for shot in split.shots} == {"validation"}


@pytest.mark.parametrize(
    ("text", "followed", "unread"),
    [
        ("No error", True, False),
        ("no error.", True, False),
        ("Error in sentence 3\nHe takes one.", True, False),
        ("Error in sentence 3", False, False),
        ("Sentence 3 is wrong.\nHe takes one.", False, False),
        ("There is an error.", False, True),
        ("There is no error.", False, False),
        ("He takes one.", False, False),
    ],
)
def test_the_requested_form_is_told_from_others(text: str, followed: bool, unread: bool) -> None:
    flags = medec.answer_flags(text, medec.parse(text, NEUTRAL), NEUTRAL)
    assert flags == {"format_followed": followed, "sentence_unread": unread}


def test_a_copy_of_the_text_reports_no_error(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, WRONG)
    for text in ("3 Test: he drinks 1 tablets.", sample.fields["sentences"].replace("\n", " ")):
        assert medec.parse(text, sample) is None
    corrected = medec.parse("3 Test: he takes 1 tablets.", sample)
    assert corrected == sample.target
    assert medec.parse("3", sample) == "Error in sentence 3\n"


def test_a_baseline_can_choose_no_error_or_any_sentence(tmp_path: Path) -> None:
    (sample,) = read(tmp_path, WRONG)
    answers = list(medec.choices(sample).values())
    assert [medec.error_sentence(answer) for answer in answers] == ["-1", "0", "1", "2", "3"]
    assert medec.correction(answers[-1]) == "Test: he drinks 1 tablets."
    read_back = [medec.parse(answer, sample) for answer in answers]
    assert [medec.error_sentence(str(one)) for one in read_back] == ["-1", "0", "1", "2", "3"]


words = st.text("abcdefg ", min_size=1, max_size=40).map(str.strip).filter(bool)
wrappings = st.sampled_from(["{}", "<think>Error in sentence 9?</think>{}", "**{}**", "{}\n\n"])


@given(st.integers(0, 60), words, wrappings)
def test_a_reference_is_read_back(number: int, text: str, wrapping: str) -> None:
    """Words of the letters a to g are no heading, such as "Corrected:"."""
    answer = canonical(str(number), f"T{text}.")
    assert medec.parse(wrapping.format(answer), NEUTRAL) == answer
    assert medec.parse(wrapping.format(NO_ERROR), NEUTRAL) == NO_ERROR


@given(st.text(max_size=200))
def test_any_text_has_all_parts_or_none(text: str) -> None:
    answer = medec.parse(text, Sample("1", {}, "", "1"))
    if answer is not None:
        flag, sentence, correction = (take(answer) for _, take in PARTS)
        assert (flag == "0") == (sentence == "-1") == (correction == "NA")
        assert medec.parse(answer, NEUTRAL) is not None or sentence == "?"
