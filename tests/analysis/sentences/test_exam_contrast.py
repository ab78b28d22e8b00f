"""Sentences on exam questions against clinical tasks: direction, refusal, no claim from chance."""

import numpy as np
import pytest

from analysis.meta import meta_analysis
from analysis.meta.csv_input import Estimates
from analysis.meta.errors_in_variables import ErrorsInVariables, errors_in_variables
from analysis.sentences.exam_contrast import (
    contrast_answer,
    level_beside,
    line_in_words,
    sides_in_words,
)
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate
from tests.analysis.banned import banned

FAMILIES = tuple("aabbcdefg")


def contrasts(mean: float, families: tuple[str, ...] = FAMILIES) -> Estimates:
    y = mean + np.linspace(-1.5, 1.5, len(families))
    return Estimates(y, np.eye(len(families)), families)


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        (7.0, "biomedical models gain 7.10 points more, or lose 7.10 points less, on exam"),
        (-7.0, "biomedical models gain 6.90 points less, or lose 6.90 points more, on exam"),
        (0.2, "The data do not settle if biomedical models gain more over their bases on exam"),
    ],
)
def test_the_answer_says_the_direction_only_if_it_is_settled(mean: float, words: str) -> None:
    meta = meta_analysis(contrasts(mean))
    text = contrast_answer(meta, 0.05)
    assert words in text
    assert (meta.headline.p <= 0.05) == ("do not settle" not in text)
    assert "95 % CI " in text
    assert "one declared test; 9 pairs, " in text
    assert not banned(text, "inconclusive")


def test_another_error_rate_decides_otherwise() -> None:
    meta = meta_analysis(contrasts(1.0))
    assert meta.headline.p > 0.001
    assert "do not settle" in contrast_answer(meta, 0.001)


def test_three_families_give_no_statement_beyond_them() -> None:
    meta = meta_analysis(contrasts(5.0, tuple("aabbc")))
    assert contrast_answer(meta, 0.05) == (
        "No statement beyond these pairs on exam questions against clinical tasks: 3 families are "
        "too few to speak of others: 4 are needed."
    )
    assert level_beside("level1", meta).startswith(
        "Exam questions minus Level 1, mean of exactly these pairs: 5.0"
    )


def test_both_sides_are_named_with_their_intervals() -> None:
    means = {"exam": Estimate(4.0, 1.0, 20.0), "clinical": Estimate(-3.0, float("nan"), 20.0)}
    assert sides_in_words(means, 12) == (
        "Biomedical minus base, mean of exactly these 12: 4.00 points (95 % CI 1.91 to 6.09) on "
        "exam questions and −3.00 points on clinical tasks."
    )


def test_the_line_is_described_and_not_tested() -> None:
    line = ErrorsInVariables(12, 7, 0.5, -5.0, Interval(-0.1, 1.1), 0.9)
    text = line_in_words(line)
    assert "by 0.50 points more on clinical tasks (95 % interval −0.10 to 1.10;" in text
    assert text.endswith("jackknife over 7 families; described, not tested).")
    flat = errors_in_variables(np.zeros(9), np.zeros(9), (np.eye(9), np.zeros((9, 9))), FAMILIES)
    assert line_in_words(flat) == (
        "No line of clinical on exam differences: x varies between pairs no more than its errors "
        "do."
    )
