"""UMLS precision, recall and F1: overlap of the concepts that answer and reference mention.

Dada et al. 2025, section 4. A reference without a concept leaves the metrics undefined. By the rule
of the authors' code (`_upstream`), which compares canonical names, every answer scores 0 there.
"""

from collections.abc import Callable, Sequence

from clue.metrics.concepts.extraction import ConceptExtractor, Concepts, release
from clue.metrics.scorer import Scores, Scoring
from clue.metrics.set_overlap import f1_of_sets, share

__all__ = ["RULES", "release", "score", "signature"]


def signature(name: str, scoring: Scoring) -> str:
    """Returns libraries, model, knowledge base and threshold; loads nothing.

    Raises:
        ModelUnavailable: model or knowledge base are not on this machine; says how to get them.
    """
    return f"{name}|{_extractor(scoring).signature}"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 0 to 1 per sample; an answer without a concept scores 0."""
    extractor = _extractor(scoring)
    of_references = scoring.references.values(extractor, references)
    of_answers = scoring.answers.values(extractor, [answer or "" for answer in answers])
    pairs = list(zip(of_answers, of_references, strict=True))
    return {name: [RULES[name](*pair) for pair in pairs] for name in names}


def precision(answer: Concepts, reference: Concepts) -> float | None:
    """Share of the answer's concepts that the reference mentions."""
    return share(answer.ids, reference.ids) if reference.ids else None


def recall(answer: Concepts, reference: Concepts) -> float | None:
    """Share of the reference's concepts that the answer mentions."""
    return share(reference.ids, answer.ids) if reference.ids else None


def f1(answer: Concepts, reference: Concepts) -> float | None:
    """Harmonic mean of precision and recall."""
    return f1_of_sets(answer.ids, reference.ids) if reference.ids else None


def f1_upstream(answer: Concepts, reference: Concepts) -> float:
    """F1 of canonical names; 0 if the reference mentions no concept."""
    return f1_of_sets(answer.names, reference.names)


RULES: dict[str, Callable[[Concepts, Concepts], float | None]] = {
    "umls_f1": f1,
    "umls_p": precision,
    "umls_r": recall,
    "umls_f1_upstream": f1_upstream,
}


def _extractor(scoring: Scoring) -> ConceptExtractor:
    return ConceptExtractor(scoring.conf.umls, scoring.cache)
