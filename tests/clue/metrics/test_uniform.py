import pytest

from clue.metrics.uniform import uniform


@pytest.mark.parametrize(
    ("answers", "blank_percent", "distinct", "same"),
    [
        (3, 100.0, 1, "all 3 answers are blank"),
        (10, 0.0, 1, "all 10 answers are identical"),
        (9, 0.0, 1, None),
        (10, 0.0, 2, None),
        (10, 99.9, 2, None),
        (10, 0.0, None, None),
    ],
)
def test_answers_that_say_nothing(
    answers: int, blank_percent: float, distinct: int | None, same: str | None
) -> None:
    clause = uniform(answers, blank_percent, distinct)
    assert clause is None if same is None else str(clause).startswith(same)


@pytest.mark.parametrize(("thoughts", "noted"), [(0, False), (5, False), (6, True), (10, True)])
def test_answers_that_are_mostly_thoughts(thoughts: int, noted: bool) -> None:
    clause = uniform(10, 0.0, 10, thoughts)
    assert (clause is not None) is noted
    assert not clause or clause.startswith(f"{thoughts} of 10 answers are thoughts that end")


def test_thoughts_alone_have_two_ways_out() -> None:
    clause = str(uniform(10, 0.0, 10, 6))
    assert "thinking.mode=native" in clause
    assert "model.chat_template" in clause


@pytest.mark.parametrize(("broken", "noted"), [(0, False), (5, False), (6, True), (10, True)])
def test_thoughts_that_were_mostly_cut_or_unfinished(broken: int, noted: bool) -> None:
    clause = uniform(10, 0.0, 10, broken=broken)
    assert (clause is not None) is noted
    assert not clause or clause.startswith(f"{broken} of 10 thoughts were cut or never ended")


def test_blank_answers_behind_unfinished_thoughts_are_told_by_their_thoughts() -> None:
    assert "raise thinking.budget" in str(uniform(10, 100.0, 1, broken=10))
