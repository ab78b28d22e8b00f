import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config import TaskConf
from clue.records import Completion, Record
from clue.summary import summary

TASK = TaskConf(name="t", metrics=["rouge1", "umls_f1"], score=["rouge1", "umls_f1"])


def record(rouge1: float, umls_f1: float | None, **more: object) -> Record:
    return Record(
        *("t", "m", "1", 0, "c", "p", "t"),
        completion=Completion("text", "stop", 30, 10, 0.5),
        answer="text",
        scores={"rouge1": rouge1, "umls_f1": umls_f1},
        flags={"looped": bool(more.get("looped"))},
        measures={"words": 2.0},
    )


def test_means_by_hand() -> None:
    found = summary(TASK, [record(0.5, 1.0, looped=True), record(0.0, 0.5)])
    assert found["rouge1"] == 25.0
    assert found["umls_f1"] == 75.0
    assert found["score"] == 50.0
    assert found["looped_percent"] == 50.0
    assert (found["n"], found["n_clusters"], found["words_mean"]) == (2, 1, 2.0)
    assert (found["prompt_tokens_mean"], found["new_tokens_per_second"]) == (30.0, 20.0)
    assert "umls_f1_n" not in found


def test_a_reference_that_defines_nothing_is_left_out_and_counted() -> None:
    found = summary(TASK, [record(1.0, None), record(0.0, 0.0), record(0.5, 0.5)])
    assert found["umls_f1"] == 25.0
    assert found["umls_f1_n"] == 2
    assert found["rouge1"] == 50.0


def test_a_score_that_cannot_be_had_is_not_made_up() -> None:
    found = summary(TASK, [record(1.0, None)])
    assert "umls_f1" not in found
    assert "score" not in found
    assert (found["rouge1"], found["umls_f1_n"]) == (100.0, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_a_failed_answer_is_in_the_mean(scores: list[float]) -> None:
    with_zero = summary(TASK, [record(score, 1.0) for score in [*scores, 0.0]])
    assert with_zero["rouge1"] == pytest.approx(100 * sum(scores) / (len(scores) + 1), abs=1e-9)
