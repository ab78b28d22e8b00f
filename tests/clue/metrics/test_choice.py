import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.scoring_schema import ScoringConf
from clue.metrics import choice
from clue.metrics.scorer import Scoring
from clue.records import TokenLogProbs

LETTERS = "ABCDE"
scoring = Scoring(ScoringConf(), Path())
logprobs = st.floats(-30, 0, width=32)


def options(values: list[float]) -> dict[str, TokenLogProbs]:
    """One token for each letter."""
    return {
        letter: TokenLogProbs((number,), (value,))
        for number, (letter, value) in enumerate(zip(LETTERS, values, strict=False))
    }


def accuracy(values: list[float], reference: str) -> float:
    answer = choice.written(choice.likeliest(options(values)))
    (score,) = choice.score([choice.NAME], [answer], [reference], scoring)[choice.NAME]
    assert score is not None
    return score


@given(st.lists(st.sampled_from([-3.0, -2.0, -1.0]), min_size=2, max_size=5))
def test_options_with_the_highest_value_share_one_point(values: list[float]) -> None:
    scores = [Fraction(accuracy(values, letter)).limit_denominator(9) for letter in LETTERS]
    tied = values.count(max(values))
    assert sum(scores) == 1
    assert scores == [
        Fraction(1, tied) if value == max(values) else 0
        for value in [*values, *[-99.0] * (5 - len(values))]
    ]


@given(st.lists(logprobs, min_size=2, max_size=5), st.permutations(range(5)))
def test_the_order_of_options_decides_nothing(values: list[float], order: list[int]) -> None:
    order = [index for index in order if index < len(values)]
    shuffled = {LETTERS[index]: options(values)[LETTERS[index]] for index in order}
    assert set(choice.likeliest(shuffled)) == set(choice.likeliest(options(values)))
    assert choice.mass(shuffled) == choice.mass(options(values))


@given(
    st.integers(2, 5).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, 2), min_size=1, max_size=3), min_size=size, max_size=size
        )
    ),
    st.lists(st.floats(0.01, 1), min_size=4, max_size=4),
)
def test_the_mass_is_a_probability(rows: list[list[int]], weights: list[float]) -> None:
    """Of any options of a language of four tokens, also of equal ones and of beginnings."""
    tokens = [math.log(weight / sum(weights)) for weight in weights]
    scored = {
        letter: TokenLogProbs(tuple(row), tuple(tokens[token] for token in row))
        for letter, row in zip(LETTERS, rows, strict=False)
    }
    events = {
        ids
        for ids in [(a, b, c) for a in range(4) for b in range(4) for c in range(4)]
        if any(ids[: len(row)] == tuple(row) for row in rows)
    }
    exact = math.fsum(math.exp(sum(tokens[token] for token in ids)) for ids in events)
    assert choice.mass(scored) == pytest.approx(exact)
    assert 0 <= choice.mass(scored) <= 1


def test_half_precision_ties_are_seen_and_no_others() -> None:
    assert choice.likeliest(options([-1.0, -1.0, -2.0])) == ["A", "B"]
    assert choice.likeliest(options([-1.0, math.nextafter(-1.0, -2.0)])) == ["A"]


def test_several_tokens_count_as_their_sum() -> None:
    scored = {"yes": TokenLogProbs((1, 2), (-0.1, -3.0)), "no": TokenLogProbs((3,), (-3.0,))}
    assert choice.likeliest(scored) == ["no"]
    assert choice.mass(scored) == pytest.approx(math.exp(-3.1) + math.exp(-3.0))
