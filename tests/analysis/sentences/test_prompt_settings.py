"""Sentences on two prompt settings for given numbers."""

from dataclasses import replace

import pytest

from analysis.sentences.prompt_settings import (
    Change,
    SettingLabels,
    Subject,
    basis,
    claim,
    exploratory,
    in_words_of_settings,
    sentence,
)
from analysis.stats.battery import battery
from analysis.stats.comparison import Comparison, Options
from analysis.stats.paired import Paired
from tests.analysis.banned import banned

LABELS = SettingLabels("paper", "zero_shot", "llama", "meditron", "mednli", 69, 72)


def compared(second: list[float], first: list[float], clusters: int = 0) -> Comparison:
    ids = [f"{number:02}" for number in range(len(first))]
    names = [f"{number % clusters:02}" for number in range(len(first))] if clusters else ids
    paired = Paired.of(ids, names, second, first)
    return battery(paired, Options(flips=999, kind="continuous"))


HIGHER = compared([0.0] * 12, [10.0, 20.0] * 6)
UNSETTLED = compared([0.0] * 12, [10.0, -12.0] * 6)
SAME = compared([5.0] * 12, [5.0] * 12)


def text_of(**changes: Change) -> str:
    subjects: dict[Subject, Change] = {
        "difference": changes.get("difference", Change(UNSETTLED, 0.9)),
        "base": changes.get("base", Change(UNSETTLED, 0.9)),
        "tuned": changes.get("tuned", Change(UNSETTLED, 0.9)),
    }
    return sentence(LABELS, subjects)


def test_a_detected_change_names_both_differences_and_the_common_items() -> None:
    assert text_of(difference=Change(HIGHER, 0.004)) == (
        "meditron against llama on MedNLI, 12 common items (of 69 under paper and 72 under "
        "zero_shot): The difference is 15.00 points higher under paper than under zero_shot (15.00 "
        "points under paper, 0.00 points under zero_shot; 95 % CI 11.68 to 18.32; q = .004). The "
        "change of neither model alone is settled."
    )


def test_the_direction_is_that_of_the_first_setting() -> None:
    lower = compared([10.0, 20.0] * 6, [0.0] * 12)
    assert "15.00 points lower under paper than under zero_shot" in text_of(
        difference=Change(lower, 0.004)
    )


def test_what_is_not_settled_is_not_claimed() -> None:
    text = text_of()
    assert "do not settle under which prompt setting the difference is higher" in text
    assert "change −1.00 points; 95 % CI −8.30 to 6.30; q = .90" in text
    assert "scored" not in text


@pytest.mark.parametrize(
    ("comparison", "reason"),
    [
        (HIGHER, "not detected after correction"),
        (replace(HIGHER, discordant=True), "test and interval disagree"),
    ],
)
def test_an_interval_without_zero_that_supports_no_claim_is_explained(
    comparison: Comparison, reason: str
) -> None:
    assert f"q = .20; {reason})" in text_of(difference=Change(comparison, 0.2))


def test_single_models_are_named_where_their_change_is_settled() -> None:
    text = text_of(base=Change(HIGHER, 0.004))
    assert text.endswith(
        "llama alone scored 15.00 points higher under paper than under zero_shot (95 % CI 11.68 to "
        "18.32; q = .004). The change of meditron alone is not settled."
    )


@pytest.mark.parametrize(
    ("comparison", "reason"),
    [
        (SAME, "the score is identical under both settings on all 12 common items"),
        (
            compared([0.0] * 12, [5.0] * 3 + [0.0] * 9),
            "the settings differ in 3 of 12 items only; with so few no data could reject",
        ),
        (compared([0.0] * 12, [5.0] * 12), "the settings differ by the same amount in all items"),
        (compared([0.0] * 3, [5.0, 1.0, 2.0]), "3 items are too few for a test or an interval"),
        (
            compared([0.0] * 12, [5.0, 0.0] * 6, clusters=6),
            "the settings differ in 3 of 6 clusters only; with so few no data could reject",
        ),
    ],
)
def test_reasons_are_about_settings(comparison: Comparison, reason: str) -> None:
    worded = in_words_of_settings(comparison, "tuned")
    assert worded.refused == reason
    assert claim(worded, None) == "not tested"
    assert f"The change of meditron alone was not tested: {reason}." in text_of(
        tuned=Change(worded, None)
    )


def test_an_identical_difference_is_said_so() -> None:
    worded = in_words_of_settings(SAME, "difference")
    assert "Its change was not tested: the difference between the models is identical under" in (
        text_of(difference=Change(worded, None))
    )


def test_a_tested_comparison_keeps_its_words() -> None:
    assert in_words_of_settings(HIGHER, "tuned") is HIGHER


def test_clusters_are_named_where_there_are_some() -> None:
    clustered = compared([0.0] * 14, [float(x) for x in range(14)], clusters=7)
    assert "14 common items in 7 clusters (of 69" in text_of(difference=Change(clustered, 0.01))


def test_no_sentence_says_what_no_data_support() -> None:
    for comparison in (HIGHER, UNSETTLED, SAME):
        for q in (0.001, 0.9, None):
            text = text_of(difference=Change(comparison, q), base=Change(comparison, q))
            assert not banned(text, "")
    assert not banned(basis(6) + exploratory("zero_shot"), "")
