"""Accuracy: 1 where the answer that was read equals the right one."""

from collections.abc import Sequence

from clue.config import ScoringConf


def signature(name: str, scoring: ScoringConf) -> str:
    """What made the score; the reading of the answer is the task's."""
    return f"{name}|equality of the answer read"


def score(
    answers: Sequence[str | None], references: Sequence[str], scoring: ScoringConf
) -> list[float]:
    """1.0 or 0.0 per sample; an answer that could not be read is wrong."""
    return [
        float(answer == reference) for answer, reference in zip(answers, references, strict=True)
    ]
