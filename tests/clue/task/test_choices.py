from dataclasses import replace
from pathlib import Path

import pytest

from clue.config.schema import TaskConf
from clue.records import Sample
from clue.task import choices, longhealth, mednli
from clue.task.table import ChoiceTable
from clue.task.task_files import names
from tests.clue.task.test_task import build_task

QUESTION = Sample("1", {"option_a": "one day", "option_b": "a week", "question": "?"}, "B", "1")


def test_letters_are_scored_within_the_answer_that_the_prompt_requests() -> None:
    assert choices.options(longhealth, QUESTION) == {
        "A": "The correct answer is A",
        "B": "The correct answer is B",
    }


def test_labels_are_scored_as_they_are() -> None:
    assert choices.options(mednli, QUESTION) == {label: label for label in mednli.LABELS}
    table = ChoiceTable(TaskConf(labels=["non-urgent", "non-acute"]))
    assert list(choices.options(table, QUESTION).values()) == ["non-urgent", "non-acute"]


def test_answers_without_a_common_form_stay_complete() -> None:
    answers = {"A": "It is A.", "B": "B, surely"}
    assert choices.beginnings(answers) == answers


def test_closed_tasks_are_those_with_one_answer_among_options() -> None:
    """MEDEC has options for baselines, and its answers are texts."""
    closed = {name for name in names() if choices.is_closed(build_task(name, Path()))}
    assert closed == {
        *("mednli", "longhealth1", "longhealth2", "longhealth3"),
        *("medqa", "medmcqa", "mmlu_medical", "pubmedqa"),
    }


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (["no", "yes", "normal"], "the option normal begins with the option no"),
        (["1", "2", "10"], "the option 10 begins with the option 1"),
        (["only"], "fewer than two options"),
    ],
)
def test_options_that_cannot_be_compared_are_refused(labels: list[str], reason: str) -> None:
    one, other = ({name: name for name in names} for names in (["a", "b"], labels))
    assert reason in str(choices.problem([one, other, one]))


def test_the_demonstration_has_comparable_options() -> None:
    letters = replace(QUESTION, fields={f"option_{name}": "x" for name in "abcdef"})
    for module in (mednli, longhealth):
        assert choices.problem([choices.options(module, letters)]) is None


def test_the_version_stands_for_the_behaviour() -> None:
    """A change of what is scored needs another version, which computes every value anew."""
    assert (choices.VERSION, choices.options(longhealth, QUESTION)["B"]) == (
        1,
        "The correct answer is B",
    )
