from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clue.config.schema import TaskConf
from clue.metrics.summary import summary
from clue.records import Completion, Record

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
    means = summary(TASK, [record(0.5, 1.0, looped=True), record(0.0, 0.5)])
    assert means["rouge1"] == 25.0
    assert means["umls_f1"] == 75.0
    assert means["score"] == 50.0
    assert means["looped_percent"] == 50.0
    assert (means["n"], means["n_clusters"], means["words_mean"]) == (2, 1, 2.0)
    assert (means["prompt_tokens_mean"], means["new_tokens_per_second"]) == (30.0, 20.0)
    assert "umls_f1_n" not in means


def test_a_reference_that_defines_nothing_is_left_out_and_counted() -> None:
    means = summary(TASK, [record(1.0, None), record(0.0, 0.0), record(0.5, 0.5)])
    assert means["umls_f1"] == 25.0
    assert means["umls_f1_n"] == 2
    assert means["rouge1"] == 50.0


def test_a_score_that_cannot_be_had_is_not_made_up() -> None:
    means = summary(TASK, [record(1.0, None)])
    assert "umls_f1" not in means
    assert "score" not in means
    assert (means["rouge1"], means["umls_f1_n"]) == (100.0, 0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_a_failed_answer_is_in_the_mean(scores: list[float]) -> None:
    with_zero = summary(TASK, [record(score, 1.0) for score in [*scores, 0.0]])
    assert with_zero["rouge1"] == pytest.approx(100 * sum(scores) / (len(scores) + 1), abs=1e-9)


def test_the_interval_of_a_score_is_over_clusters_and_around_it() -> None:
    def of(cluster: str, rouge1: float, umls_f1: float | None) -> Record:
        return replace(record(rouge1, umls_f1), cluster=cluster)

    rows = [of("a", 0.9, 0.8), of("a", 0.7, None), of("b", 0.2, 0.1), of("c", 0.4, 0.6)]
    means = summary(TASK, rows)
    assert means["score"] == pytest.approx(52.5)
    assert means["score_low"] + means["score_high"] == pytest.approx(2 * means["score"])
    apart = summary(TASK, [replace(row, cluster=str(n)) for n, row in enumerate(rows)])
    assert apart["score_high"] - apart["score_low"] < means["score_high"] - means["score_low"]
    assert "score_low" not in summary(TASK, rows[:2])


def test_the_interval_of_one_metric_is_that_of_the_t_test() -> None:
    task = TaskConf(name="t", metrics=["rouge1"], score=["rouge1"])
    scores = [0.1, 0.5, 0.4, 0.9, 0.0]
    rows = [replace(record(score, 1.0), cluster=str(n)) for n, score in enumerate(scores)]
    means = summary(task, rows)
    low, high = stats.ttest_1samp([100 * score for score in scores], 0).confidence_interval(0.95)
    assert (means["score_low"], means["score_high"]) == pytest.approx((low, high))


CLOSED = TaskConf(name="t", metrics=["accuracy"], score=["accuracy"])


def drawn(sample: str, answers: list[str | None], text: str = "text") -> list[Record]:
    return [
        Record(
            *("t", "m", sample, 0, sample, "p", "t"),
            completion=Completion(text, "stop", 30, 10, 0.5),
            answer=answer,
            scores={"accuracy": float(answer == "A")},
            flags={},
            draw=draw,
        )
        for draw, answer in enumerate(answers)
    ]


def test_draws_of_a_closed_task_are_voted_and_counted_as_one_sample() -> None:
    rows = [*drawn("1", ["A", "A", "B"]), *drawn("2", ["C", "B", None])]
    means = summary(CLOSED, rows)
    assert (means["n"], means["n_clusters"], means["draws"]) == (2, 2, 3)
    assert means["accuracy"] == means["score"] == pytest.approx(100 / 3)
    assert (means["vote"], means["pass_at_3"], means["pass_all_3"]) == (50, 50, 0)
    assert means["majority_at_2"] == pytest.approx(100 / 3)  # a tie in two of three pairs


def test_the_order_of_records_and_equal_draws_change_nothing() -> None:
    rows = [*drawn("1", ["A"] * 4), *drawn("2", ["B"] * 4), *drawn("3", ["A"] * 4)]
    means, once = summary(CLOSED, rows), summary(CLOSED, rows[::4])
    assert summary(CLOSED, rows[::-1])["vote"] == means["vote"] == pytest.approx(200 / 3)
    for name in ("score", "score_low", "score_high", "n", "n_clusters"):
        assert means[name] == pytest.approx(once[name])
    assert not {"draws", "vote", "pass_at_1"} & set(once)


def test_draws_of_a_text_have_a_mean_only() -> None:
    first = record(0.5, None)
    means = summary(TASK, [first, replace(first, scores={"rouge1": 0.0, "umls_f1": None}, draw=1)])
    assert (means["rouge1"], means["draws"], means["n"], means["umls_f1_n"]) == (25, 2, 1, 0)
    assert "vote" not in means


def test_thoughts_are_counted_per_draw() -> None:
    rows = drawn("1", ["A"] * 4, text="<think>well") + drawn("2", ["A"] * 4)
    assert summary(CLOSED, rows)["thoughts_alone"] == 1
    assert summary(CLOSED, rows[::4])["thoughts_alone"] == 1


def test_names_are_keys_of_mlflow() -> None:
    validate = pytest.importorskip("mlflow.utils.validation")
    for name in summary(CLOSED, drawn("1", ["A", "B"])):
        validate._validate_metric_name(name)
