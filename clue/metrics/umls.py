"""UMLS precision, recall and F1: the sets of concepts that answer and reference name.

Dada et al. 2025, section 4. A reference that names no concept leaves the metrics undefined; by the
rule of the authors' code (`_upstream`), which compares canonical names, every answer scores 0
there.
"""

from collections.abc import Callable, Sequence

from clue.metrics.concepts.reading import Concepts, ConceptsOf, release
from clue.metrics.options import Scores, Scoring

__all__ = ["RULES", "release", "score", "signature"]


def signature(name: str, scoring: Scoring) -> str:
    """What made the score; loads nothing.

    Raises:
        ModelUnavailable: model or knowledge base are not on this machine; how to get them.
    """
    return f"{name}|{_feature(scoring).signature}"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """0 to 1 per sample; an answer without a concept scores 0."""
    feature = _feature(scoring)
    right = scoring.references.values(feature, references)
    said = scoring.answers.values(feature, [answer or "" for answer in answers])
    pairs = list(zip(said, right, strict=True))
    return {name: [RULES[name](*pair) for pair in pairs] for name in names}


def precision(said: Concepts, right: Concepts) -> float | None:
    """Share of the answer's concepts that the reference names."""
    return _share(said.ids, right.ids) if right.ids else None


def recall(said: Concepts, right: Concepts) -> float | None:
    """Share of the reference's concepts that the answer names."""
    return _share(right.ids, said.ids) if right.ids else None


def f1(said: Concepts, right: Concepts) -> float | None:
    """Their harmonic mean."""
    return _f1(said.ids, right.ids) if right.ids else None


def f1_upstream(said: Concepts, right: Concepts) -> float:
    """Of canonical names; 0 if the reference names nothing."""
    return _f1(said.names, right.names)


RULES: dict[str, Callable[[Concepts, Concepts], float | None]] = {
    "umls_f1": f1,
    "umls_p": precision,
    "umls_r": recall,
    "umls_f1_upstream": f1_upstream,
}


def _feature(scoring: Scoring) -> ConceptsOf:
    return ConceptsOf(scoring.conf.umls, scoring.cache)


def _share(some: frozenset[str], known: frozenset[str]) -> float:
    return len(some & known) / len(some) if some else 0.0


def _f1(said: frozenset[str], right: frozenset[str]) -> float:
    return 2 * len(said & right) / (len(said) + len(right)) if said or right else 0.0
