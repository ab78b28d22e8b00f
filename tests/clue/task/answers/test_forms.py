"""Forms in which models answer, with the reading of a careful person.

`tests/golden/answers_<task>.jsonl` has a form per line: the text, and the label or letter (null: no
answer can be read), the codes, or the parts of the answer.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from clue.records import Sample
from clue.task import longhealth, medec, medisumcode, mednli, mts_dialog, pubmedqa
from tests.clue.task.answers.samples import CODED, NEUTRAL, question

GOLDEN = Path(__file__).parents[3] / "golden"


def forms(task: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / f"answers_{task}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("form", forms("mednli"), ids=lambda form: repr(form["text"]))
def test_labels(form: dict[str, Any]) -> None:
    assert mednli.parse(form["text"], NEUTRAL) == form["answer"]


@pytest.mark.parametrize("form", forms("pubmedqa"), ids=lambda form: repr(form["text"]))
def test_yes_no_and_maybe(form: dict[str, Any]) -> None:
    assert pubmedqa.parse(form["text"], NEUTRAL) == form["answer"]


@pytest.mark.parametrize("form", forms("longhealth"), ids=lambda form: repr(form["text"]))
def test_letters(form: dict[str, Any]) -> None:
    assert longhealth.parse(form["text"], question(form["options"])) == form["answer"]


@pytest.mark.parametrize("form", forms("medisumcode"), ids=lambda form: repr(form["text"]))
def test_codes(form: dict[str, Any]) -> None:
    assert medisumcode.parse(form["text"], CODED) == (", ".join(form["codes"]) or None)


@pytest.mark.parametrize("form", forms("medec"), ids=lambda form: repr(form["text"]))
def test_reported_errors(form: dict[str, Any]) -> None:
    answer = medec.parse(form["text"], NEUTRAL)
    names = ("error_flag", "error_sentence", "correction")
    read = answer and [medec.PARTS[name](answer) for name in names]
    assert read == form["parts"]


@pytest.mark.parametrize("form", forms("mts_dialog"), ids=lambda form: repr(form["text"]))
def test_sections(form: dict[str, Any]) -> None:
    answer = mts_dialog.parse(form["text"], NEUTRAL)
    read = answer and [mts_dialog.PARTS[name](answer) for name in ("section_header", "text")]
    assert read == form["parts"]


@pytest.mark.parametrize(
    ("options", "text", "answer"),
    [
        (("Stage II or III", "Stage I", "Stage IV"), "It is stage I disease.", "B"),
        (("Stage II or III", "Stage I", "Stage IV"), "It is stage II or III.", "A"),
        (("Yes", "No", "Unknown"), "No", "B"),
        (("Yes", "No", "Unknown"), "There is no sign of it.", None),
        (("E. coli", "C. difficile", "S. aureus"), "The correct answer is C. difficile", "B"),
        (("10 mg", "10 mg/m2", "100 mg"), "He took 10 mg/m2 daily.", "B"),
        (("the same", "The same.", "another"), "the same", None),
    ],
)
def test_wordings_of_options(options: tuple[str, ...], text: str, answer: str | None) -> None:
    fields = {f"option_{letter}": option for letter, option in zip("abc", options, strict=True)}
    assert longhealth.parse(text, Sample("1", fields, "A", "1")) == answer
