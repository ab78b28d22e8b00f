import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import DataError, DataMissing
from clue.records import Sample
from clue.task import pubmedqa
from clue.task.pubmedqa import ABSTRACTS, LABELS, TEST_LABELS
from tests import tiny

SAMPLE = Sample("1", {}, "no", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.pubmedqa(tmp_path).parent


def abstracts(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / ABSTRACTS).read_text())
    return content


def test_the_list_gives_the_test_split_and_the_abstracts_the_rest(folder: Path) -> None:
    test, rest = (pubmedqa.read(folder / name) for name in (TEST_LABELS, ABSTRACTS))
    assert [sample.id for sample in test] == ["101", "103", "105", "107", "109", "111"]
    assert [sample.id for sample in rest] == ["100", "102", "104", "106", "108", "110"]
    assert test[0] == Sample(
        "101",
        {
            "question": "Does rest help knee 1?",
            "abstract": "BACKGROUND: Knee 1 hurt.\nRESULTS: It rested 1 days.",
        },
        "yes",
        "101",
    )


def test_the_conclusion_is_not_shown(folder: Path) -> None:
    content = abstracts(folder)
    content["101"]["LONG_ANSWER"] = "Rest helps."
    tiny.document(folder / ABSTRACTS, content)
    assert "Rest helps" not in str(pubmedqa.read(folder / TEST_LABELS))


@pytest.mark.parametrize("name", [TEST_LABELS, ABSTRACTS])
def test_both_files_are_needed_and_may_be_packed(folder: Path, name: str) -> None:
    expected = pubmedqa.read(folder / name)
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    packed = folder / f"{name}.gz"
    assert pubmedqa.read(packed) == expected
    (other,) = (path for path in folder.iterdir() if path != packed)
    assert pubmedqa.files(packed) == (packed, other)
    other.unlink()
    with pytest.raises(DataMissing, match=r"which is missing: run `python -m clue data fetch pubm"):
        pubmedqa.read(packed)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"final_decision": "perhaps"}, "101, field final_decision is none of yes, no, maybe"),
        ({"final_decision": ""}, "101, field final_decision is empty"),
        ({"final_decision": "no"}, "the label of 101 is another one in ori_pqal.json"),
        ({"QUESTION": " "}, "101, field QUESTION is empty"),
        ({"CONTEXTS": []}, "101, fields CONTEXTS and LABELS are no lists with entries"),
        ({"CONTEXTS": "text"}, "101, fields CONTEXTS and LABELS are no lists with entries"),
        ({"CONTEXTS": ["x"]}, "101 has 1 CONTEXTS and 2 LABELS"),
        ({"CONTEXTS": ["x", " "]}, "101, field text is empty"),
        ({"LABELS": ["x", None]}, "101, field heading is empty"),
    ],
)
def test_a_malformed_abstract_is_named(folder: Path, change: dict[str, Any], problem: str) -> None:
    content = abstracts(folder)
    content["101"] |= change
    tiny.document(folder / ABSTRACTS, content)
    with pytest.raises(DataError, match=problem):
        pubmedqa.read(folder / TEST_LABELS)


def test_a_listed_abstract_must_be_there(folder: Path) -> None:
    content = abstracts(folder)
    del content["101"], content["103"]
    tiny.document(folder / ABSTRACTS, content)
    for name in (TEST_LABELS, ABSTRACTS):
        with pytest.raises(DataError, match=r"2 ids of test_ground_truth.json are not in ori_pqal"):
            pubmedqa.read(folder / name)


@pytest.mark.parametrize("name", [TEST_LABELS, ABSTRACTS])
def test_a_file_that_is_no_object_is_an_error(folder: Path, name: str) -> None:
    tiny.document(folder / name, ["101"])
    with pytest.raises(DataError, match="is no JSON object of abstracts but list"):
        pubmedqa.read(folder / TEST_LABELS)


def test_a_row_that_is_no_object_is_an_error(folder: Path) -> None:
    tiny.document(folder / ABSTRACTS, abstracts(folder) | {"101": "yes"})
    with pytest.raises(DataError, match="101 is no JSON object"):
        pubmedqa.read(folder / TEST_LABELS)


@given(st.lists(st.sampled_from([*LABELS, "Yes", "NO", "not", ".", "the"]), max_size=5))
def test_never_more_than_one_label(words: list[str]) -> None:
    answer = pubmedqa.parse(" ".join(words), SAMPLE)
    assert answer is None or answer in {word.lower() for word in words}


@given(st.text())
def test_any_text_is_parsed(text: str) -> None:
    assert pubmedqa.parse(text, SAMPLE) in (None, *LABELS)


def test_every_choice_is_read_as_itself_and_follows_the_form() -> None:
    for label, answer in pubmedqa.choices(SAMPLE).items():
        assert pubmedqa.parse(answer, SAMPLE) == label
        assert pubmedqa.answer_flags(answer, label, SAMPLE) == {"format_followed": True}
    assert pubmedqa.answer_flags("yes, it does", "yes", SAMPLE) == {"format_followed": False}
