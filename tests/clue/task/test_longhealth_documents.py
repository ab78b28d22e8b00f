from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.schema import TaskConf
from clue.records import Sample
from clue.task import longhealth
from clue.task.longhealth_documents import DISTRACTORS, Question, filled_up, present, shortened
from tests import tiny


@pytest.fixture
def questions(tmp_path: Path) -> list[Question]:
    tiny.longhealth(tmp_path, patients=4, questions=3, words=100)
    return longhealth.read(tmp_path / "longhealth" / "benchmark_v5.json")


def conf(
    documents: str,
    *,
    order: str = "per_question",
    repeats: int = 2,
    budget: int = 10**6,
    unanswerable: str | None = None,
) -> TaskConf:
    return TaskConf(
        name="longhealth1",
        documents=documents,
        order=order,
        repeats=repeats,
        budget=budget,
        unanswerable=unanswerable,
    )


def samples_of(questions: Sequence[Question], settings: TaskConf) -> list[Sample]:
    return present(questions, settings)[0]


def letters(sample: Sample) -> list[str]:
    """First words of each document, e.g. `Letter 2 of patient 1`."""
    return [part.split("\n")[1][:21] for part in sample.fields["documents"].split("[Document ")[1:]]


def test_own_documents_are_all_of_the_patient_where_they_fit(questions: list[Question]) -> None:
    for sample in samples_of(questions, conf("own")):
        patient = int(sample.cluster.removeprefix("patient_"))
        assert sorted(letters(sample)) == [f"Letter {t} of patient {patient}" for t in range(4)]
        assert "F:" not in sample.fields["options"]


def test_distractors_come_from_other_patients(questions: list[Question]) -> None:
    for sample in samples_of(questions, conf("mixed", unanswerable="not told")):
        own = f"of patient {int(sample.cluster.removeprefix('patient_'))}"
        answering = [letter for letter in letters(sample) if letter.endswith(own)]
        assert answering == [f"Letter {sample.id.partition('/')[2]} {own}"]
        assert len(letters(sample)) == 1 + DISTRACTORS
        assert sample.target == "C"
        assert sample.fields["options"].endswith("F: not told")


def test_without_the_answer_f_is_right(questions: list[Question]) -> None:
    for sample in samples_of(questions, conf("foreign", unanswerable="not told")):
        assert sample.target == "F"
        own = f"of patient {int(sample.cluster.removeprefix('patient_'))}"
        assert not any(letter.endswith(own) for letter in letters(sample))


def test_every_presentation_has_its_own_order_and_is_the_same_again(
    questions: list[Question],
) -> None:
    first = samples_of(questions, conf("own", repeats=5))
    assert [sample.repeat for sample in first[:5]] == list(range(5))
    assert len({sample.fields["documents"] for sample in first}) > 5 * 4
    assert samples_of(questions[::-1], conf("own", repeats=5))[-5:] == first[:5]


def test_one_question_does_not_change_what_another_shows(questions: list[Question]) -> None:
    of_all = samples_of(questions, conf("own", budget=1200))
    assert samples_of(questions[:1], conf("own", budget=1200)) == of_all[:2]


@pytest.mark.parametrize("documents", ["own", "mixed", "foreign"])
def test_per_patient_shows_all_questions_the_same(
    questions: list[Question], documents: str
) -> None:
    samples = samples_of(questions, conf(documents, order="per_patient", unanswerable="not told"))
    shown = {(sample.cluster, sample.repeat, sample.fields["documents"]) for sample in samples}
    assert len(shown) == 4 * 2


def test_the_answer_is_kept_when_the_others_do_not_fit(questions: list[Question]) -> None:
    samples, notes = present(questions, conf("mixed", budget=600, unanswerable="not told"))
    for sample in samples:
        own = f"of patient {int(sample.cluster.removeprefix('patient_'))}"
        number = sample.id.partition("/")[2]
        assert f"Letter {number} {own}. " * 20 in sample.fields["documents"] + " "
    assert not notes


def test_a_cut_answer_is_noted(questions: list[Question]) -> None:
    _, notes = present(questions, conf("own", budget=300))
    assert notes == [
        "in 24 of 24 prompts the documents that hold the answer exceed "
        "tasks.longhealth1.budget=300 characters and are shortened evenly"
    ]


TEXTS = st.lists(st.text(alphabet="abc ", min_size=1, max_size=400), max_size=6)


@given(TEXTS, st.integers(1, 900))
def test_texts_are_shortened_to_the_budget_and_evenly(texts: list[str], budget: int) -> None:
    cut = shortened(texts, budget)
    assert sum(map(len, cut)) <= budget or sum(map(len, texts)) <= budget
    longest_whole = max((len(a) for a, b in zip(texts, cut, strict=True) if a == b), default=0)
    shortest_cut = min((len(a) for a, b in zip(texts, cut, strict=True) if a != b), default=10**6)
    assert longest_whole <= shortest_cut
    assert all(a.startswith(b) for a, b in zip(texts, cut, strict=True))


@given(TEXTS, TEXTS, st.integers(1, 900), st.randoms(use_true_random=False))
def test_fillers_fill_only_what_is_left(
    needed: list[str], fillers: list[str], budget: int, order: object
) -> None:
    shown = filled_up(needed, fillers, budget, order)  # type: ignore[arg-type]
    if sum(map(len, needed)) <= budget:
        assert sum(map(len, shown)) <= budget
        assert all(text in shown for text in needed)
        room = budget - sum(map(len, needed))
        if sum(map(len, fillers)) <= room:
            assert sorted(shown) == sorted([*needed, *fillers])
    else:
        assert sorted(shown) == sorted(shortened(needed, budget))
