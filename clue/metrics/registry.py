"""METRICS, the only list of metrics, with their signatures and flags.

A metric's signature names all that its numbers depend on;
cells with different signatures are not compared.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from clue.errors import ConfigError
from clue.metrics import accuracy, bertscore, choice, correction, icd_f1, rouge, umls
from clue.metrics.scorer import Scorer, Scoring
from clue.task.parts import WHOLE

Kind = Literal["binary", "fraction", "continuous"]
Parser = Literal["parse", "parse_upstream", "likeliest"]
Flag = Callable[[Sequence[str | None], Scoring], Sequence[bool]]


@dataclass(frozen=True)
class Metric:
    """A metric: its scale, its scorer and the parser of its answers."""

    kind: Kind
    scorer: Scorer
    parser: Parser = "parse"
    """The task's function that reads the answer: its own rule, or that of the authors' code;
    `likeliest`: no text is read, and the answers are the likeliest options."""
    reference: Literal["own", "authors"] = "own"
    """Origin of the references, where the authors' code changes those of the data set."""
    part: str = WHOLE
    """Part of answer and reference that is compared, see `clue.task.parts`."""


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("binary", accuracy),
    "accuracy_upstream": Metric("binary", accuracy, parser="parse_upstream", reference="authors"),
    choice.NAME: Metric("binary", choice, parser="likeliest"),
    "rouge1": Metric("continuous", rouge),
    "rouge2": Metric("continuous", rouge),
    "rougeL": Metric("continuous", rouge),
    "bertscore_f1": Metric("continuous", bertscore),
    "bertscore_p": Metric("continuous", bertscore),
    "bertscore_r": Metric("continuous", bertscore),
    "umls_f1": Metric("fraction", umls),
    "umls_p": Metric("fraction", umls),
    "umls_r": Metric("fraction", umls),
    "umls_f1_upstream": Metric("fraction", umls, reference="authors"),
    "icd_em_f1": Metric("fraction", icd_f1),
    "icd_ap_f1": Metric("fraction", icd_f1),
    "icd_valid": Metric("fraction", icd_f1),
    "icd_em_f1_upstream": Metric("fraction", icd_f1, parser="parse_upstream"),
    "icd_ap_f1_upstream": Metric("fraction", icd_f1, parser="parse_upstream"),
    "icd_valid_upstream": Metric("fraction", icd_f1, parser="parse_upstream"),
    "section_header_accuracy": Metric("binary", accuracy, part="section_header"),
    "error_flag_accuracy": Metric("binary", accuracy, part="error_flag"),
    "error_sentence_accuracy": Metric("binary", accuracy, part="error_sentence"),
    "correction_rouge1": Metric("continuous", correction, part="correction"),
    "correction_bertscore_f1": Metric("continuous", correction, part="correction"),
}


def signatures(names: Sequence[str], scoring: Scoring) -> dict[str, str]:
    """Returns metric name to signature.

    Raises:
        ConfigError: a name is unknown; lists the valid ones.
        ClueError: a requirement of a metric is not on this machine.
    """
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ConfigError(f"no metric {', '.join(unknown)}; there are {', '.join(METRICS)}")
    return {name: METRICS[name].scorer.signature(name, scoring) for name in names}


def flags(names: Sequence[str]) -> dict[str, Flag]:
    """Returns flag name to function for the scorers of these metrics, such as `bertscore_cut`."""
    scorers = dict.fromkeys(METRICS[name].scorer for name in names)
    return {name: flag for scorer in scorers for name, flag in getattr(scorer, "FLAGS", {}).items()}


def release_scorers() -> None:
    """Frees the memory of encoders and knowledge bases; they are loaded again when needed."""
    for scorer in {metric.scorer for metric in METRICS.values()}:
        if hasattr(scorer, "release"):
            scorer.release()
