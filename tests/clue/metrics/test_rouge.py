import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score import rouge_scorer

from clue.config.scoring_schema import ScoringConf
from clue.metrics import rouge
from clue.metrics.scorer import Scoring

PLAIN = Scoring(ScoringConf(), Path())
STEMMED = Scoring(ScoringConf(rouge_stemmer=True), Path())
NAMES = ("rouge1", "rouge2", "rougeL")
sentences = st.text("abc é,.", max_size=60)
words = st.lists(st.sampled_from("abcde"), max_size=200)


@pytest.mark.parametrize(
    ("name", "expected"),
    [  # by hand: 3 of 4 and 3 of 5 unigrams; 1 of 3 and 1 of 4 bigrams; "cat sat mat" in common
        ("rouge1", 2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5)),
        ("rouge2", 2 * (1 / 3) * (1 / 4) / (1 / 3 + 1 / 4)),
        ("rougeL", 2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5)),
    ],
)
def test_values_by_hand(name: str, expected: float) -> None:
    scores = rouge.score([name], ["cat sat no mat"], ["cat sat on the mat"], PLAIN)
    assert scores == {name: [pytest.approx(expected, abs=1e-12)]}


@pytest.mark.parametrize("scoring", [PLAIN, STEMMED])
@given(pairs=st.lists(st.tuples(sentences, sentences), min_size=1, max_size=8))
def test_equal_to_the_library_in_any_order(pairs: list[tuple[str, str]], scoring: Scoring) -> None:
    random.Random(len(pairs)).shuffle(pairs)
    answers, references = [list(side) for side in zip(*pairs, strict=True)]
    scores = rouge.score(NAMES, answers, references, scoring)
    scorer = rouge_scorer.RougeScorer(list(NAMES), use_stemmer=scoring.conf.rouge_stemmer)
    for name in NAMES:
        direct = [scorer.score(reference, answer)[name].fmeasure for answer, reference in pairs]
        assert scores[name] == direct


def test_a_stem_counts_as_the_word_only_if_it_is_asked_for() -> None:
    pair = ["treating knees"], ["treated knee"]
    assert rouge.score(NAMES, *pair, PLAIN)["rougeL"] == [0.0]
    assert rouge.score(NAMES, *pair, STEMMED)["rougeL"] == [1.0]


def test_only_the_named_metrics_are_scored() -> None:
    assert list(rouge.score(["rouge2"], ["a b"], ["a b"], PLAIN)) == ["rouge2"]


def test_a_missing_or_blank_answer_scores_zero() -> None:
    scores = rouge.score(NAMES, [None, "", " \n", "knee"], ["knee"] * 4, PLAIN)
    assert scores["rouge1"] == scores["rougeL"] == [0.0, 0.0, 0.0, 1.0]
    assert scores["rouge2"] == [0.0] * 4


def test_letters_outside_a_to_z_are_no_letters() -> None:
    assert rouge.score(["rouge1"], ["café"], ["cafe"], PLAIN) == {"rouge1": [0.0]}
    assert rouge.score(["rougeL"], ["knie 😀"], ["é 😀"], PLAIN) == {"rougeL": [0.0]}


@given(words, words)
def test_the_common_subsequence_is_as_long_as_in_the_table(
    first: list[str], second: list[str]
) -> None:
    assert rouge.lcs_length(first, second) == rouge_scorer._lcs_table(first, second)[-1][-1]


def test_an_answer_in_a_loop_has_the_score_of_the_library() -> None:
    reference = "the knee is swollen and the patient takes tablets every day"
    loop = " ".join([reference, "and the knee"] * 200)
    direct = rouge_scorer.RougeScorer(["rougeL"]).score(reference, loop)["rougeL"].fmeasure
    assert rouge.score(["rougeL"], [loop], [reference], PLAIN) == {"rougeL": [direct]}


def test_the_signature_names_version_and_options() -> None:
    assert "rouge-score 0." in rouge.signature("rouge1", PLAIN)
    assert rouge.signature("rouge1", PLAIN) != rouge.signature("rouge1", STEMMED)
    assert rouge.signature("rouge1", PLAIN) != rouge.signature("rouge2", PLAIN)
