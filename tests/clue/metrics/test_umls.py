from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.config.scoring_schema import ScoringConf, UmlsConf
from clue.metrics import umls
from clue.metrics.concepts.extraction import ConceptExtractor, Concepts
from clue.metrics.scorer import Scoring
from tests.clue.metrics.concepts import small_knowledge_base

NAMES = ["umls_f1", "umls_p", "umls_r", "umls_f1_upstream"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_knowledge_base.umls(tmp_path_factory.mktemp("umls"))


@pytest.fixture
def scoring(folder: Path, tmp_path: Path) -> Scoring:
    conf = UmlsConf(mentions="words", knowledge_base="umls", folder=str(folder))
    return Scoring(ScoringConf(umls=conf), tmp_path)


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        # by hand: F1, precision, recall, the authors' F1
        ("fever", "pyrexia", (1, 1, 1, 1)),
        ("fever, kidney failure", "renal failure", (2 / 3, 1 / 2, 1, 2 / 3)),
        ("fever", "pyrexia and kidney failure", (2 / 3, 1, 1 / 2, 2 / 3)),
        ("knee", "fever", (0, 0, 0, 0)),
        ("fever fever fever", "fever", (1, 1, 1, 1)),
        ("nothing", "fever", (0, 0, 0, 0)),
        (None, "fever", (0, 0, 0, 0)),
        (" \n", "fever", (0, 0, 0, 0)),
        ("fever", "nothing", (None, None, None, 0)),
        ("nothing", "nothing", (None, None, None, 0)),
        (None, "nothing", (None, None, None, 0)),
        ("smoker's lung", "chronic obstructive pulmonary disease (COPD)", (1, 1, 1, 2 / 3)),
    ],
)
def test_scores_by_hand(
    scoring: Scoring, answer: str | None, reference: str, expected: Sequence[float | None]
) -> None:
    scores = umls.score(NAMES, [answer], [reference], scoring)
    for name, value in zip(NAMES, expected, strict=True):
        assert list(scores[name]) == [value if value is None else pytest.approx(value, abs=1e-12)]


def test_every_sample_keeps_its_place(scoring: Scoring) -> None:
    answers, references = ["fever", None, "knee", "fever"], ["fever", "knee", "knee", "nothing"]
    scores = umls.score(["umls_f1"], answers, references, scoring)
    assert scores == {"umls_f1": [1.0, 0.0, 1.0, None]}


def test_concepts_of_references_are_kept_and_those_of_answers_are_not(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []
    compute = ConceptExtractor.compute

    def watched(feature: ConceptExtractor, texts: Sequence[str]) -> list[Concepts]:
        computed.extend(texts)
        return compute(feature, texts)

    monkeypatch.setattr(ConceptExtractor, "compute", watched)
    first = umls.score(NAMES, ["fever"], ["pyrexia"], scoring)
    again = umls.score(NAMES, ["fever"], ["pyrexia"], scoring)
    assert first == again
    assert computed == ["pyrexia", "fever", "fever"]


def test_metrics_have_signatures_of_their_own(scoring: Scoring) -> None:
    signatures = {umls.signature(name, scoring) for name in NAMES}
    assert len(signatures) == len(NAMES)
    assert all("words" in signature and "umls" in signature for signature in signatures)


SETS = st.frozensets(st.sampled_from("abcdef"))


@given(SETS, SETS)
def test_scores_are_shares_and_f1_is_symmetric(a: frozenset[str], b: frozenset[str]) -> None:
    answer, reference = Concepts(a, a), Concepts(b, b)
    for rule in umls.RULES.values():
        score = rule(answer, reference)
        assert score is None or 0 <= score <= 1
        if a and b:
            assert (score == 1) == (a == b) or rule not in (umls.f1, umls.f1_upstream)
    if a and b:
        assert umls.f1(answer, reference) == umls.f1(reference, answer)
        p, r, f1 = (rule(answer, reference) for rule in (umls.precision, umls.recall, umls.f1))
        assert p == umls.recall(reference, answer)
        assert f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0, abs=1e-12)  # type: ignore[operator]


@given(SETS)
def test_undefined_is_what_the_reference_alone_leaves_undefined(a: frozenset[str]) -> None:
    empty = Concepts(frozenset(), frozenset())
    for name, rule in umls.RULES.items():
        assert (rule(Concepts(a, a), empty) is None) == (name != "umls_f1_upstream")
        assert rule(empty, Concepts(a | {"z"}, a)) == 0


def test_a_text_with_concepts_equals_itself(scoring: Scoring) -> None:
    texts = ["fever", "Kidney failure with pyrexia", "a knee (genu)"]
    for scores in umls.score(NAMES, texts, texts, scoring).values():
        assert scores == [1.0] * len(texts)
