import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import compare
from analysis.cells import StoredCell
from analysis.readers import read
from clue.records import Record
from tests.analysis.paired_study.stores import record
from tests.analysis.paired_study.test_series import aligned
from tests.analysis.readers import logs

N = 40


def answers(unread: int, *, different: bool = True, blank: bool = False) -> list[Record]:
    records = [
        record(str(n), {"accuracy": 0.5}, unparsed=n < unread, empty=blank) for n in range(N)
    ]
    texts = [f"answer {n}" if different else "the same" for n in range(N)]
    return [
        replace(one, completion=replace(one.completion, text=text))
        for one, text in zip(records, texts, strict=True)
    ]


@pytest.mark.parametrize("unread", [0, 2])
def test_five_points_of_unread_answers_are_no_note(tmp_path: Path, unread: int) -> None:
    pair = aligned(tmp_path, "mednli", answers(0), answers(unread))
    assert list(pair.notes()) == []


@pytest.mark.parametrize(("base", "tuned"), [(1, 4), (4, 1)])
def test_a_greater_difference_of_unread_answers_is_a_note_of_the_pair(
    tmp_path: Path, base: int, tuned: int
) -> None:
    pair = aligned(tmp_path, "mednli", answers(base), answers(tuned))
    shares = {1: "2.5 %", 4: "10.0 %"}
    assert list(pair.notes()) == [
        f"meditron7b left {shares[tuned]} of its answers unread, llama2_7b {shares[base]}: "
        "part of the difference may be format."
    ]


def test_one_of_a_few_answers_makes_no_note(tmp_path: Path) -> None:
    pair = aligned(tmp_path, "mednli", answers(0)[:9], answers(1)[:9])
    assert list(pair.notes()) == []


def test_blank_and_identical_answers_are_notes(tmp_path: Path) -> None:
    blank, same = answers(0, blank=True), answers(0, different=False)
    pair = aligned(tmp_path, "mednli", blank, same)
    assert [note.partition(": check")[0] for note in pair.notes()] == [
        "llama2_7b: all 40 answers are blank",
        "meditron7b: all 40 answers are identical",
    ]


def test_thoughts_without_an_answer_are_a_note(tmp_path: Path) -> None:
    thoughts = [
        replace(one, completion=replace(one.completion, text=f"<think>is it {n}"))
        for n, one in enumerate(answers(0))
    ]
    (note,) = aligned(tmp_path, "mednli", answers(0), thoughts).notes()
    assert note.startswith("meditron7b: 40 of 40 answers are thoughts that end before an answer")


def test_a_plain_layout_against_a_chat_template_is_a_note(tmp_path: Path) -> None:
    pair = aligned(tmp_path, "mednli", answers(0), answers(0))

    def asked(cell: StoredCell, layout: str) -> StoredCell:
        backend = {"name": "transformers", "chat": {"layout": layout}}
        return replace(cell, facts=cell.facts | {"generation": {"backend": backend}})

    base = asked(pair.match.base, "chat template")
    plain, same = (asked(pair.match.tuned, layout) for layout in ("plain", "chat template"))
    assert list(replace(pair, match=replace(pair.match, base=base, tuned=plain)).notes()) == [
        "llama2_7b was asked in its chat template, meditron7b in the plain layout: part of the "
        "difference may be format."
    ]
    assert list(replace(pair, match=replace(pair.match, base=base, tuned=same)).notes()) == []


def test_two_tables_are_compared_with_the_same_notes(tmp_path: Path) -> None:
    pair = aligned(tmp_path, "mednli", answers(0, blank=True), answers(40, different=False))
    comparison = compare(pair.match.base.path, pair.match.tuned.path, score="accuracy")
    notes = list(pair.notes())
    assert len(notes) == 3
    assert [note for note in comparison.notes if note in notes] == notes


def harness_log(path: Path, responses: list[str], filtered: list[str]) -> Path:
    lines = [
        {"doc_id": n, "doc_hash": str(n), "metrics": ["acc"], "acc": 1.0 * (n % 2), "filter": "f"}
        | {"resps": [[response]], "filtered_resps": [answer]}
        for n, (response, answer) in enumerate(zip(responses, filtered, strict=True))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_log_of_the_harness_is_compared_with_notes_on_its_answers(tmp_path: Path) -> None:
    texts = [f"it is {n}" for n in range(N)]
    base = harness_log(tmp_path / "base.jsonl", texts, texts)
    unread = harness_log(tmp_path / "tuned.jsonl", ["A"] * N, ["[invalid]"] * 4 + ["A"] * 36)
    notes = compare(base, unread).notes
    assert "tuned left 10.0 % of its answers unread, base 0.0 %: part of the difference" in str(
        notes
    )
    assert "tuned: all 40 answers are identical" in str(notes)
    assert not [note for note in compare(base, base).notes if "answers" in note]


def test_likelihoods_of_given_answers_are_no_answers() -> None:
    assert read(logs.harness("base", "rooms_mc"), "acc").answers is None


def test_a_log_of_inspect_is_compared_with_notes_on_its_answers(tmp_path: Path) -> None:
    log = json.loads(logs.inspect("tuned").read_text())
    for sample in log["samples"]:
        sample["output"]["completion"] = ""
    blank = tmp_path / "blank.json"
    blank.write_text(json.dumps(log))
    notes = compare(logs.inspect("base"), blank, score="match").notes
    assert f"all {len(log['samples'])} answers are blank" in str(notes)
    notes = compare(logs.inspect("base"), logs.inspect("tuned"), score="match").notes
    assert "answers are" not in str(notes)
