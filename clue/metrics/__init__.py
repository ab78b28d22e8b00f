"""Metrics: one score per sample, 0 to 1, full precision; averages come after.

METRICS is the only list. A metric's signature says how its numbers were made; cells whose
signatures differ are not compared.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from clue.config import ScoringConf
from clue.errors import ConfigError
from clue.metrics import accuracy, rouge

Kind = Literal["binary", "fraction", "continuous"]
Reading = Literal["parse", "parse_upstream"]


@dataclass(frozen=True)
class Metric:
    """How an answer is scored against the reference."""

    kind: Kind
    signature: Callable[[ScoringConf], str]
    """Library, version, model and options."""
    score: Callable[[Sequence[str | None], Sequence[str], ScoringConf], list[float]]
    """Answers (None scores 0) and references, shape (n,) each, to scores, shape (n,)."""
    reads: Reading = "parse"
    """The task's function that reads the answer: its own rule, or that of the authors' code."""


METRICS = {
    "accuracy": Metric("binary", partial(accuracy.signature, "accuracy"), accuracy.score),
    "accuracy_upstream": Metric(
        "binary",
        partial(accuracy.signature, "accuracy_upstream"),
        accuracy.score,
        reads="parse_upstream",
    ),
    **{
        name: Metric("continuous", partial(rouge.signature, name), partial(rouge.score, name))
        for name in ("rouge1", "rouge2", "rougeL")
    },
}


def chosen(names: Sequence[str]) -> dict[str, Metric]:
    """The metrics of these names.

    Raises:
        ConfigError: a name is unknown; lists the known ones.
    """
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise ConfigError(f"no metric {', '.join(unknown)}; there are {', '.join(METRICS)}")
    return {name: METRICS[name] for name in names}
