"""Metrics: one score per sample, 0 to 1, full precision; averages come after.

METRICS is the only list. A metric's signature says how its numbers were made; cells whose
signatures differ are not compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from clue.errors import ConfigError
from clue.metrics import accuracy, bertscore, icd_f1, rouge, umls
from clue.metrics.options import Scores, Scoring

Kind = Literal["binary", "fraction", "continuous"]
Reading = Literal["parse", "parse_upstream"]


Flag = Callable[[Sequence[str | None], Scoring], Sequence[bool]]


class Scorer(Protocol):
    """A module of this package: some metrics that share their work.

    It may also have `FLAGS`, names and functions that tell of answers how they could be scored, and
    `release()`, which frees what it has loaded.
    """

    def signature(self, name: str, scoring: Scoring) -> str:
        """Library, version, model and options of one of its metrics; loads nothing large.

        Raises:
            ClueError: what the metric needs is not on this machine; says how to get it.
        """

    def score(
        self,
        names: Sequence[str],
        answers: Sequence[str | None],
        references: Sequence[str],
        scoring: Scoring,
    ) -> Scores:
        """Scores of each named metric, see `Scores`."""


@dataclass(frozen=True)
class Metric:
    """How an answer is scored against the reference."""

    kind: Kind
    scorer: Scorer
    reads: Reading = "parse"
    """The task's function that reads the answer: its own rule, or that of the authors' code."""


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("binary", accuracy),
    "accuracy_upstream": Metric("binary", accuracy, reads="parse_upstream"),
    "rouge1": Metric("continuous", rouge),
    "rouge2": Metric("continuous", rouge),
    "rougeL": Metric("continuous", rouge),
    "bertscore_f1": Metric("continuous", bertscore),
    "bertscore_p": Metric("continuous", bertscore),
    "bertscore_r": Metric("continuous", bertscore),
    "umls_f1": Metric("fraction", umls),
    "umls_p": Metric("fraction", umls),
    "umls_r": Metric("fraction", umls),
    "umls_f1_upstream": Metric("fraction", umls),
    "icd_em_f1": Metric("fraction", icd_f1),
    "icd_ap_f1": Metric("fraction", icd_f1),
    "icd_valid": Metric("fraction", icd_f1),
    "icd_em_f1_upstream": Metric("fraction", icd_f1, reads="parse_upstream"),
    "icd_ap_f1_upstream": Metric("fraction", icd_f1, reads="parse_upstream"),
    "icd_valid_upstream": Metric("fraction", icd_f1, reads="parse_upstream"),
}


def signatures(names: Sequence[str], scoring: Scoring) -> dict[str, str]:
    """Metric name to signature.

    Raises:
        ConfigError: a name is unknown; lists the known ones.
        ClueError: what a metric needs is not on this machine.
    """
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ConfigError(f"no metric {', '.join(unknown)}; there are {', '.join(METRICS)}")
    return {name: METRICS[name].scorer.signature(name, scoring) for name in names}


def flags(names: Sequence[str]) -> dict[str, Flag]:
    """What the scorers of these metrics tell of answers, by name: such as that it was cut."""
    scorers = dict.fromkeys(METRICS[name].scorer for name in names)
    return {name: flag for scorer in scorers for name, flag in getattr(scorer, "FLAGS", {}).items()}


def release() -> None:
    """Free the memory of encoders and knowledge bases; they are loaded again when needed."""
    for scorer in {metric.scorer for metric in METRICS.values()}:
        if hasattr(scorer, "release"):
            scorer.release()
