from dataclasses import replace
from pathlib import Path

import pytest

from analysis.cells import StoredCell
from analysis.paired_study.answer_quality import answer_notes
from clue.records import Record
from tests.analysis.paired_study.stores import record
from tests.analysis.paired_study.test_series import aligned

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
    assert list(answer_notes(pair.match)) == []


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
    assert list(answer_notes(pair.match)) == []


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
    match = aligned(tmp_path, "mednli", answers(0), answers(0)).match

    def asked(cell: StoredCell, layout: str) -> StoredCell:
        backend = {"name": "transformers", "chat": {"layout": layout}}
        return replace(cell, facts=cell.facts | {"generation": {"backend": backend}})

    base, plain = asked(match.base, "chat template"), asked(match.tuned, "plain")
    assert list(answer_notes(replace(match, base=base, tuned=plain))) == [
        "llama2_7b was asked in its chat template, meditron7b in the plain layout: part of the "
        "difference may be format."
    ]
    same = asked(match.tuned, "chat template")
    assert list(answer_notes(replace(match, base=base, tuned=same))) == []
