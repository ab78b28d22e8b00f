import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Paired
from analysis.stats.variance_components import Codes, nested_variance

PATIENTS, QUESTIONS, PRESENTATIONS = 8, 4, 3
NUMBERS = np.arange(PATIENTS * QUESTIONS * PRESENTATIONS)
QUESTION = NUMBERS // PRESENTATIONS
PATIENT = QUESTION // QUESTIONS
Y = np.array(
    [
        round(
            12 * math.sin(3 * (number // 12 + 1))
            + 7 * math.sin(5 * (number // 3) + 1)
            + 5 * math.sin(11 * number + 2),
            2,
        )
        for number in range(len(NUMBERS))
    ]
)
"""Fixed numbers that vary at all three levels."""


@st.composite
def designs(draw: st.DrawFn) -> tuple[Codes, Codes]:
    """Patients and questions of unequal sizes; some unit of each level has several members."""
    sizes = draw(
        st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=2, max_size=5)
    )
    assume(any(len(questions) > 1 for questions in sizes))
    assume(any(size > 1 for questions in sizes for size in questions))
    counts = [size for questions in sizes for size in questions]
    patients = [number for number, questions in enumerate(sizes) for _ in questions]
    return np.repeat(patients, counts), np.repeat(np.arange(len(counts)), counts)


def test_balanced_data_are_those_of_lme4() -> None:
    """VarCorr(lmer(y ~ 1 + (1 | patient / question))) of R, and the standard error of the mean."""
    variance = nested_variance(Y, [PATIENT, QUESTION])
    assert variance.estimates == pytest.approx([51.4578811715, 31.2128980119, 16.7301311188], 1e-7)
    assert Y.mean() == pytest.approx(-0.6658333, abs=5e-8)
    assert variance.error() == pytest.approx(2.753527, abs=5e-7)


def test_balanced_data_are_mean_squares() -> None:
    """Mean squares of R's anova(lm(y ~ patient / question)): 727.863, 110.369, 16.730."""
    squares = 727.863397619, 110.368822917, 16.730131250
    expected = (squares[0] - squares[1]) / 12, (squares[1] - squares[2]) / 3, squares[2]
    variance = nested_variance(Y, [PATIENT, QUESTION])
    assert variance.estimates == pytest.approx(expected, rel=1e-9)


def test_the_error_of_balanced_data_is_cr2() -> None:
    variance = nested_variance(Y, [PATIENT, QUESTION])
    ids = [f"{number:03}" for number in NUMBERS]
    paired = Paired.of(ids, [str(number) for number in PATIENT], np.zeros(len(Y)), Y)
    assert variance.error() == pytest.approx(robust(paired.sums).se_cr2, rel=1e-12)


def test_twice_the_units_of_a_level_halve_its_variance_and_all_below() -> None:
    patients, questions, answers = (51.4578811715, 31.2128980119, 16.7301311188)
    variance = nested_variance(Y, [PATIENT, QUESTION])
    expected = [
        (patients / 16 + questions / 64 + answers / 192) ** 0.5,
        (patients / 8 + questions / 64 + answers / 192) ** 0.5,
        (patients / 8 + questions / 32 + answers / 192) ** 0.5,
    ]
    assert [variance.error(level) for level in range(3)] == pytest.approx(expected, rel=1e-7)


def expected_squares(levels: list[Codes]) -> Array:
    """Expected sums of squares per unit of each variance, with matrices of all observations."""
    n = len(levels[0])
    units = [(codes[:, None] == codes).astype(float) for codes in levels]
    means = [np.full((n, n), 1 / n), *(same / same.sum(axis=0) for same in units)]
    return np.array(
        [
            [float(np.trace((fine - coarse) @ same)) for same in units]
            for coarse, fine in pairwise(means)
        ]
    )


@given(designs(), st.integers(0, 2**32 - 1))
def test_estimates_are_unbiased_by_expected_squares(design: tuple[Codes, Codes], seed: int) -> None:
    patient, question = design
    levels = [patient, question, np.arange(len(patient))]
    y = np.random.default_rng(seed).normal(size=len(patient))
    means = [np.full(len(y), y.mean())] + [
        np.array([y[codes == code].mean() for code in codes]) for codes in levels
    ]
    squares = [float(((fine - coarse) ** 2).sum()) for coarse, fine in pairwise(means)]
    estimates = nested_variance(y, levels[:2]).estimates
    assert expected_squares(levels) @ estimates == pytest.approx(squares, rel=1e-7, abs=1e-9)


@given(designs(), st.integers(0, 2**32 - 1), st.floats(-50, 50), st.floats(0.1, 20))
def test_shares_do_not_depend_on_units_and_sum_to_one(
    design: tuple[Codes, Codes], seed: int, shift: float, scale: float
) -> None:
    patient, question = design
    y = np.random.default_rng(seed).normal(size=len(patient))
    variance = nested_variance(y, [patient, question])
    other = nested_variance(scale * y + shift, [patient, question])
    assert variance.shares.sum() == pytest.approx(1)
    assert (variance.shares >= 0).all()
    assert other.estimates == pytest.approx(scale**2 * variance.estimates, rel=1e-6, abs=1e-8)
    errors = [variance.error(level) for level in range(3)]
    assert errors == sorted(errors)
    assert errors[0] == pytest.approx(variance.error() / 2**0.5)
    assert errors[-1] <= variance.error()


def test_patients_that_differ_less_than_by_chance_count_as_nothing() -> None:
    y = np.array([0.0, 1.0, 0.0, 1.0])
    variance = nested_variance(y, [np.array([0, 0, 1, 1])])
    assert variance.estimates[0] < 0
    assert variance.shares.tolist() == [0, 1]


def test_equal_observations_have_no_shares() -> None:
    variance = nested_variance(np.full(4, 0.1), [np.array([0, 0, 1, 1])])
    assert np.isnan(variance.shares).all()


def test_a_level_without_several_units_is_an_error() -> None:
    with pytest.raises(ValueError, match="units of 4 observations are not nested"):
        nested_variance(np.arange(4.0), [np.arange(4)])
