"""ROUGE-1, -2 and -L, F-measure (Lin 2004, W04-1013), by Google's rouge-score."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

from clue.config import ScoringConf


def signature(name: str, scoring: ScoringConf) -> str:
    """What made the score."""
    return f"{name}|rouge-score {version('rouge-score')}|f|stemmer={scoring.rouge_stemmer}"


def score(
    name: str, answers: Sequence[str | None], references: Sequence[str], scoring: ScoringConf
) -> list[float]:
    """F-measure of each answer against its reference, 0 to 1; a missing answer scores 0."""
    scorer = _scorer(name, scoring.rouge_stemmer)
    return [
        float(scorer.score(reference, answer or "")[name].fmeasure)
        for answer, reference in zip(answers, references, strict=True)
    ]


@cache
def _scorer(name: str, stemmer: bool) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer([name], use_stemmer=stemmer)
