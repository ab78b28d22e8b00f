"""The t distribution without scipy's checks: every bit is that of `scipy.stats.t`."""

import numpy as np
from scipy import stats

from clue import student_t


def test_tails_and_quantiles_are_those_of_scipy_to_the_last_bit() -> None:
    rng = np.random.default_rng(1)
    degrees = [*np.exp(rng.uniform(-1, 9, 300)), float("inf"), float("nan")]
    for df in map(float, degrees):
        t, share = float(rng.normal(scale=4)), float(rng.uniform())
        found = (
            student_t.upper_tail(t, df),
            student_t.lower_tail(t, df),
            student_t.quantile(share, df),
        )
        expected = (stats.t.sf(t, df), stats.t.cdf(t, df), stats.t.ppf(share, df))
        assert np.array(found).tobytes() == np.array(expected).tobytes(), (t, share, df)


def test_several_tails_are_the_single_ones() -> None:
    t, df = np.array([-2.0, 0.0, 3.5]), np.array([2.0, 5.0, np.inf])
    assert student_t.upper_tails(t, df).tolist() == [
        student_t.upper_tail(*pair) for pair in zip(t.tolist(), df.tolist(), strict=True)
    ]
    assert student_t.lower_tails(t, df).tolist() == [
        student_t.lower_tail(*pair) for pair in zip(t.tolist(), df.tolist(), strict=True)
    ]
