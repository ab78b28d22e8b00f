"""The headline claims what the verdicts claim, and nothing else."""

import re
from typing import get_args

import pytest

from analysis.sentences.headline import (
    NOT_ESTABLISHED,
    ORDER,
    OUTCOMES,
    Outcome,
    counts,
    verdict_of_one,
    verdict_of_pairs,
)
from analysis.sentences.headline_sentence import outcomes_with_names, sentence_of_one
from analysis.sentences.verdict import Verdict, verdict
from analysis.stats.claims import AdjustedP
from analysis.stats.comparison import Comparison
from tests.analysis.banned import banned
from tests.analysis.sentences.test_verdict import CASES

NAMES = ("meditron", "llama")
PARTS: dict[Verdict, tuple[str, str]] = {
    "decline": (
        "Worse",
        "meditron scored 7.50 points lower than its base llama on MedNLI (95 % CI −",
    ),
    "gain": (
        "Better",
        "meditron scored 7.50 points higher than its base llama on MedNLI (95 % CI ",
    ),
    "detectable but small": ("Equivalent", "smaller than the declared margin of 12 points"),
    "equivalent": ("Equivalent", "differ by less than the declared margin of 3 points on MedNLI"),
    "non-inferior only": (NOT_ESTABLISHED, "a gain is not established (difference 1."),
    "inconclusive": (NOT_ESTABLISHED, "It is not established if meditron is better or worse than"),
    "untestable": (NOT_ESTABLISHED, "meditron and its base llama were not tested on MedNLI: "),
}


@pytest.mark.parametrize(("claimed", "comparison", "sentence"), CASES)
def test_word_and_sentence_follow_the_verdict(
    claimed: Verdict, comparison: Comparison, sentence: str
) -> None:
    assert verdict(comparison) == claimed
    word, part = PARTS[claimed]
    assert verdict_of_one(claimed).text == word
    text = sentence_of_one(comparison, claimed, NAMES, "mednli")
    assert part in text
    assert not banned(text, claimed)
    limits = [re.findall(r"95 % CI ([−.\d]+ to [−.\d]+)", one)[:1] for one in (sentence, text)]
    assert limits[0] == limits[1]
    assert len(limits[1]) == (claimed != "untestable")


def test_every_verdict_has_a_sentence_here() -> None:
    assert set(PARTS) == {claimed for claimed, *_ in CASES} == set(get_args(Verdict))


def test_a_correction_takes_the_word_back() -> None:
    comparison = next(one for claimed, one, _ in CASES if claimed == "decline")
    corrected = verdict(comparison, AdjustedP.of(comparison)._replace(difference=0.2))
    assert verdict_of_one(corrected).text == NOT_ESTABLISHED


def test_every_verdict_has_an_outcome_and_only_claims_have_a_colour() -> None:
    assert set(OUTCOMES) == set(get_args(Verdict))
    for claimed in get_args(Verdict):
        assert verdict_of_one(claimed).tone == OUTCOMES[claimed]
    assert {one for one in OUTCOMES if OUTCOMES[one] == "open"} == {
        *("non-inferior only", "inconclusive", "untestable"),
    }


def test_a_claim_that_missing_samples_could_undo_says_so() -> None:
    assert verdict_of_one("gain", is_fragile=True).text.endswith(
        "unless the missing samples undo it"
    )
    assert verdict_of_one("inconclusive", is_fragile=True).text == NOT_ESTABLISHED


def numbers(
    worse: int = 0, better: int = 0, equivalent: int = 0, still_open: int = 0
) -> dict[Outcome, int]:
    return dict(zip(ORDER, (worse, better, equivalent, still_open), strict=True))


@pytest.mark.parametrize(
    ("of_pairs", "mean", "text", "tone"),
    [
        (numbers(still_open=5), "open", "Not established", "open"),
        (numbers(still_open=5), None, "Not established", "open"),
        (numbers(still_open=5), "worse", "Worse on average", "worse"),
        (numbers(1, still_open=4), "worse", "Worse on average", "worse"),
        (numbers(0, 2, 0, 3), "better", "Better on average", "better"),
        (numbers(2, 1, 0, 9), "open", "Mixed: 2 worse, 1 better, 9 open", "mixed"),
        (numbers(0, 1, 0, 9), "worse", "Mixed: worse on average; 1 better, 9 open", "mixed"),
        (numbers(3), None, "Worse in all 3 pairs", "worse"),
        (numbers(3), "open", "Worse in all 3 pairs", "worse"),
        (numbers(0, 0, 2), "open", "Equivalent in all 2 pairs", "equivalent"),
        (
            numbers(0, 0, 2, 3),
            "open",
            "Not established on average; 2 of 5 pairs equivalent",
            "open",
        ),
        (
            numbers(1, 0, 2, 9),
            None,
            "Not established; 1 of 12 pairs worse, 2 equivalent",
            "open",
        ),
    ],
)
def test_several_pairs_are_summed_up(
    of_pairs: dict[Outcome, int], mean: Outcome | None, text: str, tone: str
) -> None:
    assert verdict_of_pairs(of_pairs, mean) == (text, tone)


def test_counts_and_names_are_those_of_the_verdicts() -> None:
    verdicts: list[tuple[str, Verdict]] = [
        *(("a", "decline"), ("b", "decline"), ("c", "equivalent")),
        *(("d", "detectable but small"), ("e", "untestable")),
    ]
    assert counts(claimed for _, claimed in verdicts) == numbers(2, 0, 2, 1)
    assert (
        outcomes_with_names(verdicts) == "2 are worse (a, b), 2 are equivalent (c, d) and 1 is open"
    )
