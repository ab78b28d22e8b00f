"""Accuracy: 1 where the answer that was read equals the right one."""

from collections.abc import Sequence

from clue import __version__
from clue.metrics.scoring import Scores, Scoring


def signature(name: str, scoring: Scoring) -> str:
    """What made the score; the reading of the answer is the task's."""
    return f"{name}|clue {__version__}|equality of the answer read"


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
