"""Primary tests, refusals, and changes of the input that must not change a result."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats import battery as battery_module
from analysis.stats.battery import batteries, battery
from analysis.stats.comparison import INFERENCE, Comparison, Options, untested
from analysis.stats.paired import Paired
from analysis.stats.step_size import step_size
from clue.common import processes

SYMMETRIC = (
    *("se_cr2", "df", "mde80", "m_star", "icc", "design_effect"),
    *("p_signflip", "p_cr2", "p_mcnemar_midp", "p_mcnemar_exact", "tost_p", "p_yang"),
)
"""Fields that do not change when the models trade places."""


def near(value: Any) -> Any:
    """Approximately equal, or None."""
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


def series(base: list[float], tuned: list[float], clusters: list[str] | None = None) -> Paired:
    ids = [f"{number:04d}" for number in range(len(base))]
    differences = np.subtract(tuned, base)
    return Paired.of(ids, clusters or ids, base, tuned, step_size(differences))


def table(n11: int, c: int, b: int, n22: int) -> Paired:
    """Right or wrong answers by the counts of a table."""
    base = [1.0] * n11 + [0.0] * c + [1.0] * b + [0.0] * n22
    tuned = [1.0] * n11 + [1.0] * c + [0.0] * b + [0.0] * n22
    return series(base, tuned)


MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def maize() -> Paired:
    return series([0.0] * 15, [float(value) for value in MAIZE])


def test_right_or_wrong_without_clusters_is_decided_by_midp_and_tango() -> None:
    comparison = battery(table(1, 1, 7, 12))  # Bentur 2009
    assert (comparison.kind, comparison.primary, comparison.clustered) == (
        "binary",
        "mcnemar",
        False,
    )
    assert comparison.p == comparison.p_mcnemar_midp == pytest.approx(0.0390625, abs=1e-12)
    assert (
        comparison.interval == comparison.ci95_tango == pytest.approx((-0.5172, -0.0260), abs=5e-5)
    )
    assert comparison.p_signflip == pytest.approx(0.0703125, abs=1e-12)
    assert (comparison.b, comparison.c, comparison.discordant) == (7, 1, False)
    assert comparison.ci95_tango_naive is comparison.p_obuchowski is None


def test_right_or_wrong_in_clusters_is_decided_by_sign_flip_and_cr2() -> None:
    clusters = [str(number % 12) for number in range(21)]
    paired = table(1, 1, 7, 12)
    comparison = battery(Paired.of(paired.ids, clusters, paired.base, paired.tuned, 1.0))
    assert (comparison.kind, comparison.primary, comparison.clustered) == (
        "binary",
        "signflip",
        True,
    )
    assert (comparison.p, comparison.interval) == (comparison.p_signflip, comparison.ci95)
    assert comparison.ci95_tango is None
    assert comparison.ci95_tango_naive == pytest.approx((-0.5172, -0.0260), abs=5e-5)
    assert comparison.p_mcnemar_midp == pytest.approx(0.0390625, abs=1e-12)
    assert comparison.p_obuchowski is not None


def test_scores_in_points_are_right_or_wrong_too() -> None:
    one, paired = battery(table(9, 4, 12, 30)), table(9, 4, 12, 30)
    two = battery(
        replace(paired, base=100 * paired.base, tuned=100 * paired.tuned, step_size=100.0)
    )
    assert (two.b, two.c, two.primary) == (12, 4, "mcnemar")
    assert two.p == one.p
    assert one.interval is not None
    assert two.interval == pytest.approx([100 * end for end in one.interval])


def test_other_scores_are_decided_by_sign_flip_and_cr2() -> None:
    comparison = battery(maize())
    assert (comparison.kind, comparison.primary, comparison.b, comparison.odds_ratio) == (
        "continuous",
        "signflip",
        None,
        None,
    )
    assert comparison.p == pytest.approx(0.0526733, abs=5e-8)
    assert comparison.interval == pytest.approx((0.031193, 41.835473), abs=5e-7)
    assert comparison.ci95_signflip == pytest.approx((-1 / 6, 41))
    assert (comparison.hodges_lehmann, comparison.exact) == (25.0, True)
    assert comparison.dz == pytest.approx(0.554608, abs=5e-7)


def test_test_and_interval_that_disagree_are_discordant() -> None:
    assert battery(maize()).discordant is True


def test_scores_with_many_ties_are_fractions_with_their_two_parts() -> None:
    base = [0.0] * 10 + [0.5] * 10
    tuned = [0.0] * 5 + [0.3] * 5 + [0.5, 0.4] * 5
    comparison = battery(series(base, tuned))
    assert comparison.kind == "fraction"
    assert comparison.delta_zeros is not None
    assert comparison.delta_others is not None
    assert comparison.delta_zeros + comparison.delta_others == pytest.approx(comparison.delta)
    assert comparison.hodges_lehmann is None


def test_a_declared_kind_is_kept() -> None:
    assert battery(table(9, 4, 12, 30), Options(kind="fraction")).primary == "signflip"
    shares = series([0.2, 0.4, 0.6, 0.8] * 4, [0.4, 0.2, 0.2, 0.2] * 4)
    comparison = battery(shares, Options(kind="binary"))
    assert (comparison.kind, comparison.primary, comparison.b) == ("binary", "signflip", None)


def test_identical_scores_are_said_and_not_tested() -> None:
    comparison = battery(series([0.0, 1.0] * 20, [0.0, 1.0] * 20))
    assert comparison.refused == "the two models' scores are identical on all 40 items"
    assert {name for name in INFERENCE if getattr(comparison, name) is not None} == set()
    assert (comparison.delta, comparison.tied) == (0, 40)


@pytest.mark.parametrize("differing", [1, 3, 4])
def test_nothing_is_inferred_where_no_data_could_reject(differing: int) -> None:
    comparison = battery(table(20, differing, 0, 20), Options(margin=0.5))
    assert comparison.refused is not None
    assert f"differ in {differing} of" in comparison.refused
    assert "no data could reject" in comparison.refused
    assert {name for name in INFERENCE if getattr(comparison, name) is not None} == set()
    assert comparison.min_attainable_p == pytest.approx(2.0**-differing)


def test_the_smallest_p_is_that_of_the_test_that_decides() -> None:
    five = table(20, 5, 0, 20)
    right_or_wrong = battery(five)
    assert right_or_wrong.p == right_or_wrong.min_attainable_p == pytest.approx(2.0**-5)
    flipped = battery(five, Options(kind="fraction"))
    assert flipped.min_attainable_p == 2 * 2.0**-5
    assert flipped.refused is not None
    assert "(the smallest p would be .062)" in flipped.refused


def test_six_clusters_that_differ_can_be_tested() -> None:
    comparison = battery(table(20, 6, 0, 20))
    assert comparison.refused is None
    assert comparison.p_signflip == pytest.approx(2 / 2**6)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_no_interval_with_fewer_than_five_clusters(count: int) -> None:
    rng = np.random.default_rng(count)
    base, tuned = rng.normal(size=(2, 40))
    clusters = [str(number % count) for number in range(40)]
    comparison = battery(series(base.tolist(), tuned.tolist(), clusters), Options(margin=1.0))
    few = "1 cluster is" if count == 1 else f"{count} clusters are"
    assert comparison.refused == f"{few} too few for a test or an interval"
    assert {name for name in INFERENCE if getattr(comparison, name) is not None} == set()


def test_a_difference_without_spread_is_not_tested() -> None:
    comparison = battery(
        series([0.0, 1.0, 2.0, 3.0] * 5, [0.5, 1.5, 2.5, 3.5] * 5), Options(margin=1.0)
    )
    assert comparison.refused is not None
    assert "the same in all items" in comparison.refused
    assert (comparison.p, comparison.interval, comparison.tost_p, comparison.mde80) == (
        None,
        None,
        None,
        None,
    )


def test_no_equivalence_without_a_margin() -> None:
    comparison = battery(maize())
    assert (comparison.margin, comparison.tost_p, comparison.rope, comparison.noninferior_p) == (
        None,
        None,
        None,
        None,
    )
    assert comparison.m_star is not None


def test_equivalence_needs_the_ninety_percent_interval_within_the_margin() -> None:
    paired = table(500, 20, 22, 300)
    for margin in (0.005, 0.01, 0.02, 0.05):
        comparison = battery(paired, Options(margin=margin))
        assert comparison.ci90 is not None
        assert comparison.tost_p is not None
        assert comparison.m_star is not None
        inside = -margin < comparison.ci90.low and comparison.ci90.high < margin
        assert (comparison.tost_p < 0.05) == inside == (comparison.m_star < margin)


def test_a_p_value_is_never_zero() -> None:
    comparison = battery(series([0.0] * 1500, (np.arange(1500) % 7 + 1000.0).tolist()))
    assert comparison.p_cr2 is not None
    assert comparison.p_signflip is not None
    assert 0 < comparison.p_cr2 < 1e-300
    assert comparison.p_signflip > 0


def test_refusing_takes_away_all_that_a_test_or_interval_says() -> None:
    comparison = battery(table(9, 4, 12, 30), Options(margin=0.1))
    refused = untested(comparison, "because")
    assert refused.refused == "because"
    for field in fields(Comparison):
        expected = None if field.name in INFERENCE else getattr(comparison, field.name)
        assert field.name == "refused" or getattr(refused, field.name) == expected


def test_a_skewed_series_of_few_clusters_gets_the_bootstrap_too() -> None:
    values = [float(value) for value in (0, 0, 0, 0, 1, -1, 1, -1, 1, 2, 30, 40)]
    assert battery(series([0.0] * 12, values)).ci95_bootstrap_t is not None
    assert battery(maize()).ci95_bootstrap_t is None
    assert battery(series([0.0] * 24, [0.0] * 23 + [1.5])).ci95_bootstrap_t is None  # unbounded


@pytest.mark.parametrize("together", [battery_module.PART, 3, 1])
def test_a_series_among_others_is_what_it_is_alone(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(battery_module, "PART", together)
    monkeypatch.setattr(processes, "cores", lambda: 2)
    rng = np.random.default_rng(0)
    many = [series(*rng.normal(size=(2, n)).tolist()) for n in (40, 30, 40, 12)]
    options = [Options(margin=0.1), Options(), Options(seed=3), Options(flips=2000)]
    alone = [battery(*arguments) for arguments in zip(many, options, strict=True)]
    assert batteries(many, options) == alone
    assert batteries(many[::-1], options[::-1]) == alone[::-1]


scores = st.one_of(st.integers(0, 1).map(float), st.integers(0, 8).map(lambda eighths: eighths / 8))
pairs = st.lists(
    st.tuples(scores, scores, st.sampled_from("abcdefghijkl")), min_size=2, max_size=60
)


def drawn(rows: list[tuple[float, float, str]], *, clustered: bool) -> Paired:
    base, tuned, clusters = (list(column) for column in zip(*rows, strict=True))
    return series(base, tuned, clusters if clustered else None)


@settings(max_examples=50)
@given(pairs, st.booleans())
def test_swapping_the_models_turns_the_sign_and_keeps_p(
    rows: list[tuple[float, float, str]], clustered: bool
) -> None:
    paired = drawn(rows, clustered=clustered)
    one = battery(paired, Options(margin=0.2, flips=999))
    swapped = replace(paired, base=paired.tuned, tuned=paired.base)
    two = battery(swapped, Options(margin=0.2, flips=999))
    assert two.delta == -one.delta
    assert (two.refused, two.discordant) == (one.refused, one.discordant)
    for name in SYMMETRIC:
        assert getattr(two, name) == near(getattr(one, name))
    assert (two.p_greater, two.better, two.b) == (near(one.p_less), one.worse, one.c)
    for name in ("ci95", "ci95_signflip", "ci95_tango", "ci95_newcombe"):
        limits = getattr(one, name)
        assert getattr(two, name) == near(limits and (-limits[1], -limits[0]))


@settings(max_examples=50)
@given(pairs, st.booleans(), st.sampled_from([0.5, 2.0, -1.0, 64.0]))
def test_a_constant_added_to_both_models_changes_nothing_but_the_means(
    rows: list[tuple[float, float, str]], clustered: bool, constant: float
) -> None:
    paired = drawn(rows, clustered=clustered)
    option = Options(kind="continuous", flips=999)
    moved = replace(paired, base=paired.base + constant, tuned=paired.tuned + constant)
    one, two = battery(paired, option), battery(moved, option)
    same = {"mean_base": 0.0, "mean_tuned": 0.0, "both_zero": 0}
    assert replace(two, **same) == replace(one, **same)


@settings(max_examples=50)
@given(st.lists(st.floats(-1, 1).map(lambda x: round(x, 6)), min_size=12, max_size=30))
def test_balanced_clusters_are_tested_like_their_means(differences: list[float]) -> None:
    count = len(differences) // 2
    values = differences[: 2 * count]
    clusters = [str(number // 2) for number in range(2 * count)]
    comparison = battery(
        series([0.0] * 2 * count, values, clusters), Options(kind="continuous", flips=999)
    )
    means = np.reshape(values, (count, 2)).mean(axis=1)
    if comparison.p_cr2 is not None and means.std() > 1e-9:
        assert comparison.p_cr2 == pytest.approx(stats.ttest_1samp(means, 0).pvalue, rel=1e-6)


def test_equal_series_are_flipped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    many: list[int] = []
    original = battery_module.sign_flips_with_intervals

    def counted(series: Any, *arguments: Any) -> Any:
        many.append(len(series))
        return original(series, *arguments)

    monkeypatch.setattr(battery_module, "sign_flips_with_intervals", counted)
    one, other = maize(), series([0.0] * 15, [2.0 * value for value in MAIZE])
    options = [Options(seed=1), Options(seed=1, margin=3.0), Options(seed=1)]
    results = batteries([one, maize(), other], options)
    assert many == [2]
    assert results[1] == battery(maize(), options[1])
    assert results[2] == battery(other, options[2])


def test_equal_series_are_compared_once_and_others_on_their_own() -> None:
    """The others differ in one thing: clusters, margin, or both scores by the same amount."""
    one, moved = maize(), series([1.0] * 15, [1.0 + value for value in MAIZE])
    paired = series([0.0] * 15, MAIZE, [str(number // 2) for number in range(15)])
    many = [one, maize(), paired, moved, one]
    options = [Options(), Options(), Options(), Options(), Options(margin=3.0)]
    results = batteries(many, options)
    assert results[1] is results[0]
    expected = [battery(each, option) for each, option in zip(many, options, strict=True)]
    assert results == expected
    assert len({repr(result) for result in results}) == 4
