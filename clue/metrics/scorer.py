"""Interface of a scorer: its functions, its options and its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from clue.config.scoring_schema import ScoringConf
from clue.metrics.feature_cache import FOLDER, FeatureStore

Scores = Mapping[str, Sequence[float | None]]
"""Metric name to a score per sample, shape (n,): 0 to 1, full precision, never NaN.

None if the reference alone leaves the metric undefined, so that it is undefined for every model.
An answer that could not be read (None) scores 0.
"""


@dataclass(frozen=True)
class Scoring:
    """Options of the metrics, and the stores for values computed from texts."""

    conf: ScoringConf
    cache: Path
    """Folder for values that can be computed again: digests, values of references."""
    answers: FeatureStore = field(default_factory=lambda: FeatureStore(None))
    """Answers differ between models, so their values are not stored."""

    @property
    def references(self) -> FeatureStore:
        """Values of references, stored on disk for the next model."""
        return FeatureStore(self.cache / FOLDER)


class Scorer(Protocol):
    """A module of this package: metrics that share their computation.

    A scorer may also define `FLAGS`, a mapping of names to functions that flag answers by how they
    could be scored, and `release()`, which frees the models that it loaded.
    """

    def signature(self, name: str, scoring: Scoring) -> str:
        """Returns library, version, model and options of one metric; loads nothing large.

        Raises:
            ClueError: a requirement of the metric is not on this machine; says how to get it.
        """

    def score(
        self,
        names: Sequence[str],
        answers: Sequence[str | None],
        references: Sequence[str],
        scoring: Scoring,
    ) -> Scores:
        """Returns the scores of the named metrics, see `Scores`."""
