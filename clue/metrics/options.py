"""What a metric may use besides the texts: options, and where values of texts are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clue.config.schema import ScoringConf
from clue.metrics.feature_cache import FeatureStore


@dataclass(frozen=True)
class Scoring:
    """How and with what a cell is scored."""

    conf: ScoringConf
    cache: Path
    """Folder for what can be made again: digests, values of references."""
    answers: FeatureStore = field(default_factory=lambda: FeatureStore(None))
    """Answers differ from model to model: their values are not kept."""

    @property
    def references(self) -> FeatureStore:
        """Values of references, kept on disk for the next model."""
        return FeatureStore(self.cache / "features")


Scores = Mapping[str, Sequence[float | None]]
"""Metric name to a score per sample, shape (n,): 0 to 1, full precision, never NaN.

None where the reference alone leaves the metric undefined, so that it is undefined for every model.
An answer that could not be read (None) scores 0.
"""
