"""Accuracy: 1 where the answer that was read equals the right one."""

from collections.abc import Sequence

from clue.metrics.options import Scores, Scoring

VERSION = "0.1.0"
"""Version of the rules below, in signatures: another one scores every cell again."""


def signature(name: str, scoring: Scoring) -> str:
    """What made the score; the reading of the answer is the task's."""
    return f"{name}|clue {VERSION}|equality of the answer read"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """1.0 or 0.0 per sample; an answer that could not be read is wrong."""
    right = [
        float(answer == reference) for answer, reference in zip(answers, references, strict=True)
    ]
    return dict.fromkeys(names, right)
