"""Accuracy: 1 if the extracted answer equals the reference, else 0."""

from collections.abc import Sequence

from clue.metrics.scorer import Scores, Scoring

VERSION = "0.1.0"
"""Version of these rules, part of the signature; a new version scores every cell again."""


def signature(name: str, scoring: Scoring) -> str:
    """Returns the version of the rule; the task's parser has a version of its own."""
    return f"{name}|clue {VERSION}|equality of the answer read"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 1.0 or 0.0 per sample; an answer that could not be read is wrong.

    >>> score(["accuracy"], ["neutral", None], ["neutral", "entailment"], Scoring(..., ...))
    {'accuracy': [1.0, 0.0]}
    """
    equal = [
        float(answer == reference) for answer, reference in zip(answers, references, strict=True)
    ]
    return dict.fromkeys(names, equal)
