"""Correction of an error: overlap of the corrected sentences, where both texts have one.

By the composite rule of MEDIQA-CORR 2024 (Ben Abacha et al., 2024.clinicalnlp-1.57): a sample
without an error scores 1 if the answer reports none; a sample scores 0 if only one of answer and
reference has a correction; otherwise the overlap of the two sentences counts. The mean is over all
samples, so it is paired. The shared task also prints the mean over samples where both have a
correction, which is a mean over other samples for every model; it is not computed here.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType

from clue.metrics import bertscore, rouge
from clue.metrics.scorer import Scores, Scoring
from clue.task.parts import ABSENT

VERSION = 1
"""Version of the rule, part of the signature."""

OVERLAPS: Mapping[str, tuple[ModuleType, str]] = {
    "correction_rouge1": (rouge, "rouge1"),
    "correction_bertscore_f1": (bertscore, "bertscore_f1"),
}
"""Metric to the scorer of two sentences and its metric."""


def signature(name: str, scoring: Scoring) -> str:
    """Returns the version of the rule and the signature of the overlap.

    Raises:
        ModelUnavailable: there is no encoder; says how to get it.
    """
    scorer, overlap = OVERLAPS[name]
    return f"{name}|composite {VERSION}|{scorer.signature(overlap, scoring)}"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 0 to 1 per sample; an answer that could not be read scores 0.

    >>> from clue.config.scoring_schema import ScoringConf
    >>> options = Scoring(ScoringConf(), cache=...)
    >>> answers, references = ["NA", "NA", "give iron", None], ["NA", "give iron", "iron", "NA"]
    >>> score(["correction_rouge1"], answers, references, options)
    {'correction_rouge1': [1.0, 0.0, 0.6666666666666666, 0.0]}
    """
    pairs = list(zip(answers, references, strict=True))
    both = [index for index, pair in enumerate(pairs) if ABSENT not in pair]
    scores: dict[str, list[float | None]] = {}
    for name in names:
        scorer, overlap = OVERLAPS[name]
        corrections = [pairs[index][0] for index in both], [pairs[index][1] for index in both]
        overlaps = scorer.score([overlap], *corrections, scoring)[overlap]
        of_sentences = dict(zip(both, overlaps, strict=True))
        scores[name] = [
            of_sentences.get(index, float(answer == reference))
            for index, (answer, reference) in enumerate(pairs)
        ]
    return scores
