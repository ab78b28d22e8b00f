"""Sentences on prompts as a random factor."""

import numpy as np
import pytest

from analysis.sentences.prompt_factor import (
    PromptLabels,
    population_origin,
    prompt_claim,
    prompt_sentence,
    scope_of_levels,
)
from analysis.stats.random_prompts import PromptAnalysis, random_prompts
from tests.analysis.banned import banned
from tests.analysis.stats.prompts import crossed

LABELS = PromptLabels("base", "tuned", "mednli", ("fake answers",))


def analysis(mean: float, between: float, noise: float = 1.0, prompts: int = 12) -> PromptAnalysis:
    """60 items under every prompt, whose differences have exactly this mean and spread."""
    by_prompt = np.linspace(-1.5, 1.5, prompts) * between
    rows = np.random.default_rng(3).normal(size=(60, prompts)) * noise
    return random_prompts(crossed(mean + by_prompt + rows - rows.mean(axis=0)))


@pytest.mark.parametrize(
    ("found", "q", "claim", "words"),
    [
        (analysis(-5, 1), 0.001, "decline", "5.00 points lower, a decline on prompts like these"),
        (analysis(5, 1), 0.001, "gain", "5.00 points higher, a gain on prompts like these"),
        (
            analysis(-5, 5),
            0.01,
            "depends on the prompt",
            "a decline on average over prompts like these",
        ),
        (analysis(-5, 1), 0.06, "not settled", "not settled for prompts like these"),
        (analysis(-0.2, 5), 0.01, "not settled", "not settled for prompts like these"),
        (analysis(-5, 1), None, "not tested", "not tested"),
    ],
)
def test_a_claim_has_its_words(
    found: PromptAnalysis, q: float | None, claim: str, words: str
) -> None:
    claimed = prompt_claim(found, q, 0.05)
    assert claimed == claim
    text = prompt_sentence(found, LABELS, claimed, q)
    assert text.startswith("[fake answers] tuned against base on MedNLI, 12 prompts")
    assert words in text
    assert ("the sign depends on the prompt" in text) == (claim == "depends on the prompt")
    alone = claim == "not settled" and abs(found.fixed.delta) > 1
    assert ("although this interval alone excludes 0" in text) == alone
    assert banned(text, "") == []


def test_prompts_that_differ_by_chance_have_no_sign_that_depends_on_them() -> None:
    """Of two prompts the prediction interval holds 0 by its t quantile alone."""
    rows = 0.5 + np.random.default_rng(1).normal(size=(60, 2))
    found = random_prompts(crossed(rows - rows.mean(axis=0) + 0.4))
    assert found.components is not None
    assert found.components.between == 0
    assert found.prediction is not None
    assert found.prediction.low < 0
    assert prompt_claim(found, 0.01, 0.05) == "gain"
    text = prompt_sentence(found, LABELS, "gain", 0.01)
    assert "they differ by no more than the errors of single prompts" in text


def test_the_line_for_these_prompts_is_named_beside_the_other() -> None:
    found = analysis(-5, 5)
    text = prompt_sentence(found, LABELS, "depends on the prompt", 0.01)
    assert "For exactly these prompts the 95 % CI is −5." in text
    assert f"tuned scored higher on {found.gains} of the 12 prompts" in text
    assert "under another prompt it is expected between −1" in text


def test_a_refusal_gives_the_reason() -> None:
    text = prompt_sentence(analysis(0, 1), LABELS, "not tested", None, "too few clusters")
    assert text == (
        "[fake answers] tuned against base on MedNLI, 12 prompts: not tested, too few clusters."
    )


def test_the_population_is_named_as_what_it_is() -> None:
    assert "a population of 13 to 24 prompts" in scope_of_levels([24, 13, 24])
    assert "a population of 24 prompts" in scope_of_levels([24, 24])
    text = population_origin(["generated: M", "author: A", "generated: M"])
    assert text.startswith("Wordings by origin and author: author: A; generated: M. ")
    assert "not a random sample of clinicians' prompts" in text
    assert population_origin([]).startswith("The population of prompts")
