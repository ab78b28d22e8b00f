import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config import ScoringConf
from clue.errors import ConfigError
from clue.metrics import METRICS, chosen

CONF = ScoringConf()
NAMES = ("rouge1", "rouge2", "rougeL")
sentences = st.text("abc é,.", max_size=60)


@pytest.mark.parametrize(
    ("name", "expected"),
    [  # by hand: 3 of 4 and 3 of 5 unigrams; 1 of 3 and 1 of 4 bigrams; "cat sat mat" in common
        ("rouge1", 2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5)),
        ("rouge2", 2 * (1 / 3) * (1 / 4) / (1 / 3 + 1 / 4)),
        ("rougeL", 2 * (3 / 4) * (3 / 5) / (3 / 4 + 3 / 5)),
    ],
)
def test_values_by_hand(name: str, expected: float) -> None:
    scores = METRICS[name].score(["cat sat no mat"], ["cat sat on the mat"], CONF)
    assert scores == [pytest.approx(expected, abs=1e-12)]


@given(st.lists(st.tuples(sentences, sentences), min_size=1, max_size=8))
def test_equal_to_the_library_in_any_order(pairs: list[tuple[str, str]]) -> None:
    from rouge_score.rouge_scorer import RougeScorer

    random.Random(len(pairs)).shuffle(pairs)
    answers, references = [list(side) for side in zip(*pairs, strict=True)]
    scorer = RougeScorer(list(NAMES), use_stemmer=False)
    for name in NAMES:
        direct = [scorer.score(reference, answer)[name].fmeasure for answer, reference in pairs]
        assert METRICS[name].score(answers, references, CONF) == direct


def test_a_missing_or_blank_answer_scores_zero() -> None:
    for name in NAMES:
        assert METRICS[name].score([None, "", "knee"], ["knee"] * 3, CONF)[:2] == [0.0, 0.0]


def test_the_signature_names_version_and_options() -> None:
    plain = METRICS["rouge1"].signature(ScoringConf())
    stemmed = METRICS["rouge1"].signature(ScoringConf(rouge_stemmer=True))
    assert "rouge-score 0." in plain
    assert plain != stemmed


def test_an_unknown_metric_lists_the_known() -> None:
    with pytest.raises(ConfigError, match=r"no metric bleu; there are accuracy, .*rouge1"):
        chosen(["rouge1", "bleu"])


def test_accuracy_is_equality_and_no_answer_is_wrong() -> None:
    score = METRICS["accuracy"].score
    assert score(["A", "B", None], ["A", "A", "A"], ScoringConf()) == [1.0, 0.0, 0.0]
    assert METRICS["accuracy_upstream"].reads == "parse_upstream"
