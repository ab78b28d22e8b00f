"""Verdicts and their sentences for given numbers, and phrases that never occur."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import number_format
from analysis.sentences.verdict import Labels, Verdict, is_fragile, sentence, verdict
from analysis.stats.battery import battery
from analysis.stats.claims import AdjustedP, claim_interval
from analysis.stats.comparison import Comparison, Options, untested
from analysis.stats.paired import Interval, excludes_zero
from tests.analysis.banned import BANNED, banned
from tests.analysis.stats.test_battery import maize, table

LABELS = Labels("llama", "meditron", "mednli", "points")


def compared(margin: float | None = None, *, c: int = 40, b: int = 10) -> Comparison:
    """Of 400 items in points, b got worse and c better."""
    paired = table(200, c, b, 200 - b - c)
    points = replace(paired, base=100 * paired.base, tuned=100 * paired.tuned, step_size=100.0)
    return battery(points, Options(margin=margin, flips=999))


GAIN = (
    "On mednli meditron scored 60.00 and llama 52.50: 7.50 points higher "
    "(95 % CI 4.22 to 11.14; p < .001; 400 items)."
)
OPEN = (
    "On mednli meditron scored 54.25 and llama 52.50: 1.75 points higher "
    "(95 % CI −0.85 to 4.52; p = .18; 400 items)."
)
CASES: list[tuple[Verdict, Comparison, str]] = [
    ("gain", compared(), GAIN),
    (
        "decline",
        compared(c=10, b=40),
        "On mednli meditron scored 52.50 and llama 60.00: 7.50 points lower "
        "(95 % CI −11.14 to −4.22; p < .001; 400 items).",
    ),
    (
        "detectable but small",
        compared(12.0),
        f"{GAIN} A difference was detected, and it is smaller than the margin of 12 points "
        "(p = .005, 90 % CI 4.65 to 10.35): practically equivalent by the declared margin.",
    ),
    (
        "equivalent",
        compared(3.0, c=11, b=10),
        "On mednli meditron scored 52.75 and llama 52.50: 0.25 points higher "
        "(95 % CI −2.15 to 2.68; p = .83; 400 items). The data support a difference smaller than 3 "
        "points, in either direction (p = .008, 90 % CI −1.64 to 2.14).",
    ),
    (
        "non-inferior only",
        compared(2.0, c=17, b=10),
        f"{OPEN} A decline larger than 2 points is excluded (p = .002, 90 % CI −0.39 to 3.89); "
        "whether the difference is a gain is not settled.",
    ),
    (
        "inconclusive",
        compared(c=17, b=10),
        f"{OPEN} This comparison does not settle the direction; it can detect 3.64 points with 80 "
        "% power.",
    ),
    (
        "untestable",
        compared(c=0, b=0),
        "On mednli meditron scored 50.00 and llama 50.00. Not tested: the two models' scores are "
        "identical on all 400 items.",
    ),
]
HOLM_72 = replace(LABELS, adjustment="Holm", tests=72)


def adjusted(comparison: Comparison, size: int) -> AdjustedP:
    """By the first step of Holm among so many tests."""
    raw = AdjustedP.of(comparison)
    return AdjustedP(*(None if p is None else min(1.0, size * p) for p in raw))


@pytest.mark.parametrize(("expected", "comparison", "text"), CASES, ids=[case[0] for case in CASES])
def test_each_verdict_has_its_sentence(
    expected: Verdict, comparison: Comparison, text: str
) -> None:
    assert verdict(comparison) == expected
    assert sentence(comparison, LABELS) == text


def test_all_verdicts_are_shown_above() -> None:
    assert {case[0] for case in CASES} == set(Verdict.__args__)  # type: ignore[attr-defined]


def test_a_gain_excluded_with_a_decline_open_is_inconclusive() -> None:
    assert verdict(compared(2.0, c=10, b=17)) == "inconclusive"


def test_an_adjusted_p_above_alpha_claims_nothing_and_says_why() -> None:
    comparison = compared(c=25, b=10)
    assert verdict(comparison) == "gain"
    assert verdict(comparison, adjusted(comparison, 72)) == "inconclusive"
    text = sentence(comparison, HOLM_72, adjusted(comparison, 72))
    assert (
        "(95 % CI 0.90 to 6.87; Holm p = .82; 400 items). This comparison does not settle" in text
    )
    assert "since Holm p is above 0.05 although this interval alone excludes 0; it can" in text


def test_the_detectable_difference_is_that_of_the_corrected_rule() -> None:
    comparison = compared(c=17, b=10)
    text = sentence(comparison, HOLM_72, adjusted(comparison, 72))
    assert "it can detect 5.53 points with 80 % power in a test at 5 % / 72." in text
    exploratory = replace(HOLM_72, adjustment="Benjamini-Hochberg")
    text = sentence(comparison, exploratory, adjusted(comparison, 72))
    assert "it can detect 3.64 points with 80 % power before the correction." in text


def test_equivalence_and_noninferiority_are_claimed_by_their_adjusted_p_alone() -> None:
    comparison = compared(3.0, c=11, b=10)
    p = AdjustedP.of(comparison)
    assert verdict(comparison, p._replace(equivalence=0.2)) == "non-inferior only"
    assert verdict(comparison, p._replace(equivalence=0.2, noninferiority=0.2)) == "inconclusive"
    small = compared(12.0)
    assert verdict(small, AdjustedP.of(small)._replace(equivalence=0.2)) == "gain"


@pytest.mark.parametrize("size", [1, 2, 5, 72])
@pytest.mark.parametrize("b", [5, 10, 17])
def test_the_printed_interval_is_inside_the_margin_exactly_if_the_claim_is_made(
    b: int, size: int
) -> None:
    comparison = compared(3.0, c=11, b=b)
    p = adjusted(comparison, size)
    rests_on = claim_interval(comparison, comparison.tost_p, p.equivalence)
    assert rests_on is not None
    inside = rests_on.limits.low > -3.0 and rests_on.limits.high < 3.0
    assert inside == (verdict(comparison, p) == "equivalent")


def test_no_change_is_claimed_where_test_and_interval_disagree() -> None:
    comparison = battery(maize())
    assert excludes_zero(comparison.interval)
    assert verdict(comparison, AdjustedP(0.01)) == "inconclusive"
    text = sentence(comparison, replace(LABELS, unit=""))
    assert (
        "20.9 higher (95 % CI <0.1 to 41.8; p = .053; 15 items). The test and the 95 % CI "
        "disagree, so no change is claimed: they approximate the error in different ways (interval "
        "by sign flips: −0.2 to 41.0). This comparison does not settle the direction; it can "
        "detect 29.4 with 80 % power."
    ) in text


def test_disagreement_is_said_under_every_verdict_that_claims_no_change() -> None:
    for margin in (0.5, 100.0):
        comparison = battery(maize(), Options(margin=margin))
        assert verdict(comparison) in ("non-inferior only", "equivalent")
        assert "disagree" in sentence(comparison, LABELS)


def test_clusters_are_in_the_sentence() -> None:
    comparison = replace(compared(), clustered=True, n_clusters=20, primary="signflip")
    assert "400 items in 20 clusters" in sentence(comparison, LABELS)


def test_what_is_refused_is_untestable_whatever_else_is_known() -> None:
    comparison = untested(compared(12.0), "half of the samples are missing")
    assert verdict(comparison, AdjustedP(0.001)) == "untestable"
    assert "Not tested: half of the samples" in sentence(comparison, LABELS)


counts = st.integers(0, 60)


@given(counts, counts, st.sampled_from([None, 1.0, 3.0, 10.0]), st.sampled_from([None, 0.03, 0.5]))
def test_no_sentence_holds_a_banned_phrase(
    b: int, c: int, margin: float | None, p: float | None
) -> None:
    comparison = compared(margin, b=b, c=c)
    p_values = AdjustedP.of(comparison)._replace(**({} if p is None else {"difference": p}))
    claimed = verdict(comparison, p_values)
    text = sentence(comparison, HOLM_72, p_values)
    assert banned(text, claimed) == []
    assert "nan" not in text.lower()
    assert "None" not in text


@pytest.mark.parametrize(
    "text",
    [
        "There was no significant difference",
        "no difference between the models",
        "It had no effect",
        "the same performance",
        "statistically equivalent",
        "They tie",
        "a trend towards a decline",
        "trending toward",
        "marginally significant",
        "p = 0.000",
        "p=.00",
        "This proves it",
        "fails to improve",
    ],
)
def test_banned_phrases_are_found(text: str) -> None:
    assert banned(text, "inconclusive")


def test_each_pattern_finds_something_above() -> None:
    texts = test_banned_phrases_are_found.pytestmark[0].args[1]  # type: ignore[attr-defined]
    for pattern, _ in BANNED:
        assert any(pattern.search(text) for text in texts)


def test_equivalent_may_be_said_where_it_was_shown() -> None:
    assert banned("practically equivalent", "equivalent") == []
    assert banned("practically equivalent", "gain") == ["equivalent"]
    assert banned("fails to improve (95 % CI -1 to 2)", "inconclusive") == []
    assert banned("the properties tied to it, p = .004", "inconclusive") == []


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0004, "< .001"),
        (0.001, "= .001"),
        (0.03124, "= .031"),
        (0.0497, "= .0497"),
        (0.05, "= .050"),
        (0.0503, "= .0503"),
        (0.10, "= .10"),
        (0.379, "= .38"),
        (0.995, "> .99"),
        (1.0, "> .99"),
    ],
)
def test_p_values_have_two_or_three_digits(p: float, text: str) -> None:
    assert number_format.p_value(p) == text


@given(st.floats(1e-12, 1.0))
def test_a_p_value_never_reads_as_zero(p: float) -> None:
    assert re.search(r"[1-9]", number_format.p_value(p))


@pytest.mark.parametrize(
    ("spread", "decimals"),
    [(9.7, 1), (12.0, 0), (0.0632, 3), (0.5, 2), (None, 3), (0.0, 3), (1e-9, 6)],
)
def test_decimals_show_two_digits_of_the_error(spread: float | None, decimals: int) -> None:
    assert number_format.decimals(spread) == decimals


def test_an_end_beside_zero_does_not_read_as_zero() -> None:
    assert number_format.interval(Interval(0.031, 41.8), 1) == "<0.1 to 41.8"
    assert number_format.interval(Interval(-1e-17, 2.0), 1) == "0.0 to 2.0"
    assert number_format.interval(Interval(float("-inf"), 2.0), 1) == "up to 2.0"


@pytest.mark.parametrize(
    ("claimed", "bounds", "fragile"),
    [
        ("gain", Interval(-0.1, 4.0), True),
        ("gain", Interval(0.1, 4.0), False),
        ("detectable but small", Interval(-0.1, 1.0), True),
        ("detectable but small", Interval(0.1, 2.5), True),
        ("detectable but small", Interval(0.1, 1.9), False),
        ("equivalent", Interval(-1.9, 1.9), False),
        ("equivalent", Interval(-2.1, 1.9), True),
        ("non-inferior only", Interval(-2.1, 9.0), True),
        ("non-inferior only", Interval(-1.9, 9.0), False),
        ("inconclusive", Interval(-9.0, 9.0), False),
        ("equivalent", None, False),
    ],
)
def test_a_claim_that_missing_samples_could_undo_is_fragile(
    claimed: Verdict, bounds: Interval | None, fragile: bool
) -> None:
    assert is_fragile(claimed, bounds, margin=2.0) == fragile


def test_a_fragile_equivalence_says_so() -> None:
    comparison = compared(12.0)
    p_values = AdjustedP.of(comparison)._replace(difference=0.5)
    assert verdict(comparison, p_values) == "equivalent"
    labels = replace(HOLM_72, bounds=Interval(-11.0, 11.0))
    assert "could undo" not in sentence(comparison, labels, p_values)
    labels = replace(HOLM_72, bounds=Interval(-13.0, 11.0))
    text = sentence(comparison, labels, p_values)
    assert "The missing samples could undo this claim" in text
    assert "between −13.00" in text
