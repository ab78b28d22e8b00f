import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.schema import PromptConf
from clue.data.registry import DEMO
from clue.errors import DataError, DataMissing
from clue.records import Sample
from clue.task.protocol import protocol as protocol_of
from clue.task.task import Task
from clue.task.task_files import load
from clue.task.templates import FILE, PromptTemplates
from tests.clue.cli.data.fake_checkout import worded


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an import of made-up wording."""
    return worded(tmp_path_factory.mktemp("data"))


def task(name: str, data: Path, **prompting: Any) -> Task:
    return Task(load(name), data, PromptConf(name="upstream", wording="upstream", **prompting))


def dialogue(task: Task, sample: Sample, *shots: Sample) -> list[tuple[str, str]]:
    return [(role, content) for role, content in task.prompt(sample, shots).messages]


MEDNLI = [
    ("system", "Weigh two lines. {Braces} are text here."),
    ("user", "\nOne: Patient 1 has a swollen knee.\nTwo: Claim 4 on the knee.\n"),
    ("assistant", "neutral"),
    ("user", "\nOne: Patient 0 has a swollen knee.\nTwo: Claim 0 on the knee.\n"),
]
MEQSUM = [
    ("system", "Make it short.\\d"),
    ("user", "<<\nmy knee number 4 hurts, how is it treated?\n>>"),
    ("assistant", "How is knee 4 treated?"),
    ("user", "<<\nmy knee number 0 hurts, how is it treated?\n>>"),
]
PROBLEM_SUMMARY = [
    ("system", "Name what ails them."),
    ("user", 'Says: "knee 4 hurts",\nslept badly.\n\nKnee 4, swollen. {so far}'),
    ("assistant", "Arthritis of knee 4,  fever"),
    ("user", 'Says: "knee 0 hurts",\nslept badly.\n\nKnee 0, swollen. {so far}'),
]
MEDISUMQA = [
    ("system", "Explain it."),
    ("user", "Letter 2: the knee is swollen.\nAsked: What do I take for knee 4?"),
    ("assistant", "Tablet 4."),
    ("user", "Letter 0: the knee is swollen.\nAsked: What do I take for knee 0?"),
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mednli", MEDNLI),
        ("meqsum", MEQSUM),
        ("problem_summary", PROBLEM_SUMMARY),
        ("medisumqa", MEDISUMQA),
    ],
)
def test_the_messages_are_in_the_imported_words(
    folder: Path, name: str, expected: list[tuple[str, str]]
) -> None:
    built = task(name, folder)
    samples = built.module.read(built.path())
    assert dialogue(built, samples[0], samples[4]) == expected


def test_codes_are_shown_as_the_authors_data_have_them(folder: Path) -> None:
    shot = Sample("1", {"discharge_summary": "A letter."}, "I10, E11.9", "1")
    assert dialogue(task("medisumcode", folder), replace(shot, id="2"), shot) == [
        ("system", "Code it."),
        ("user", "A letter.\nNow!"),
        ("assistant", "Codes are I10, E119"),
        ("user", "A letter.\nNow!"),
    ]


@pytest.mark.parametrize(
    ("name", "option", "target"),
    [
        ("longhealth1", "", "C"),
        ("longhealth2", "\nF: Nobody knows", "C"),
        ("longhealth3", "\nF: Nobody knows", "F"),
    ],
)
def test_letters_are_parted_as_in_the_imported_script(
    folder: Path, name: str, option: str, target: str
) -> None:
    built, own = task(name, folder), Task(load(name), folder, PromptConf())
    sample, same = built.split().scored[0], own.split().scored[0]
    number, patient = sample.id.partition("/")[2], int(sample.cluster[-2:])
    options = "\n".join(f"{letter.upper()}: {number} mg {letter}" for letter in "abcde") + option
    ((_, system), (_, user)) = dialogue(built, sample)
    assert system == "\nLook it up.\n"
    letters = same.fields["documents"].split("\n\n")
    documents = "\n\n~~~\n\n".join(f"{letter.partition(chr(10))[2]} " for letter in letters)
    question = f"Which dose {number} did patient {patient} take?"
    assert user == f"\n{documents}\n==\n{question}\n{options}\n"
    assert sample.target == target
    assert sample.fields.get("option_f", "") == option.removeprefix("\nF: ")


@pytest.mark.parametrize("shots", [0, 1, 2])
@pytest.mark.parametrize("name", ["mednli", "longhealth2"])
def test_any_number_of_worked_examples_can_be_asked_for(
    folder: Path, name: str, shots: int
) -> None:
    built = task(name, folder, shots=shots)
    split = built.split()
    roles = [role for role, _ in dialogue(built, split.scored[0], *split.shots)]
    assert roles == ["system", *["user", "assistant"] * shots, "user"]


def test_a_script_without_examples_leaves_the_answer_to_the_task_file(folder: Path) -> None:
    templates = task("longhealth1", folder).templates
    assert templates.assistant == load("longhealth1").assistant
    assert templates.max_new_tokens == load("longhealth1").max_new_tokens


def test_the_budget_is_the_authors_and_a_difference_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert task("mednli", folder).templates.max_new_tokens == 20
        assert not caplog.records
        built = task("problem_summary", folder)
        assert built.prompt(built.module.read(built.path())[0], ()).max_new_tokens == 256
    assert "problem_summary: the authors' max_new_tokens=256 is used, not 512" in caplog.text


@pytest.mark.parametrize("name", ["mednli", "longhealth1"])
def test_without_an_import_the_commands_are_told(data: Path, name: str) -> None:
    with pytest.raises(DataMissing) as caught:
        protocol_of(task(name, data), ())
    message = str(caught.value)
    assert message.startswith(f"prompt=upstream: {data / FILE} is missing.")
    assert "git clone https://github.com/TIO-IKIM/CLUE && git -C CLUE checkout 2de4314" in message
    assert f"python -m clue data import-upstream CLUE --data {data}" in message


def test_for_the_demo_data_a_copy_is_told() -> None:
    with pytest.raises(DataMissing, match=f"into a copy of {DEMO} and name the copy"):
        _ = task("mednli", DEMO).templates


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("Weigh", "Judge"),
        lambda text: text[:-40],
        lambda text: "[]",
        lambda text: '{"sha256": 1}',
        lambda text: "",
        lambda text: text.replace('"tasks"', '"task"'),
    ],
)
def test_an_import_that_was_changed_is_refused(
    folder: Path, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    path = tmp_path / FILE
    path.parent.mkdir()
    path.write_text(damage((folder / FILE).read_text()))
    with pytest.raises(DataError, match="was changed or truncated after its import"):
        _ = task("mednli", tmp_path).templates


def test_a_task_that_the_authors_have_not_is_named(folder: Path) -> None:
    conf = replace(load("mednli"), name="triage")
    built = Task(conf, folder, PromptConf(wording="upstream"))
    with pytest.raises(DataError, match=r"no wording for triage, only for mednli, .*medisumcode"):
        _ = built.templates


ODD = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["{target}", "{premise}", "{}", "{0}", "}{", "%s", "{{", "\\n", "$x ${y}", "\r\n", "\x00"]
)


@given(premise=ODD, hypothesis=ODD)
def test_braces_and_odd_characters_of_a_sample_stay(
    folder: Path, premise: str, hypothesis: str
) -> None:
    sample = Sample("1", {"premise": premise, "hypothesis": hypothesis}, "neutral", "1")
    *_, (_, user) = dialogue(task("mednli", folder), sample)
    assert user == f"\nOne: {premise}\nTwo: {hypothesis}\n"


@given(text=st.text("ab;.{} "), rewrites=st.sampled_from([{}, {";": ", "}, {".": ""}]))
def test_a_reference_changes_only_where_it_is_rewritten(
    text: str, rewrites: dict[str, str]
) -> None:
    shown = PromptTemplates("", "", "{target}", 1, rewrites=rewrites).reference(text)
    expected = "".join(rewrites.get(character, character) for character in text)
    assert shown == expected
