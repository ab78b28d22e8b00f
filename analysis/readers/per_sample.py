"""Per-sample results of one model in one score, whoever wrote them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: identity, and what proves that another model was asked the same."""

    sample_id: str
    repeat: int = 0
    cluster: str | None = None
    """Unit of independence; None: the file names none, the sample stands for itself."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """What was asked: `prompt`, `target`, `doc`; digests that both files have must be equal."""
    content: str | None = None
    """Digest of the item whole: two ids with the same one hold the same item."""


@dataclass(frozen=True)
class Results:
    """What a file says of one model."""

    path: Path
    format: str
    """As a user would call it: `CSV`, `lm-evaluation-harness samples`."""
    score: str
    """Name of the score that was read."""
    rows: tuple[Row, ...]
    scores: tuple[float | None, ...]
    """Of each row, finite; None: undefined for this sample whatever a model answers."""
    model: str | None = None
    """As the file calls it."""
    task: str | None = None
    """As the file calls it."""
    signature: str | None = None
    """What defines the score (library, version, options), where the file says so."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """How the answers were made, where the file says so, the model itself left out."""
    unscored: int = 0
    """Answers in the file that were never scored (an error of the machinery): they are missing."""

    @property
    def name(self) -> str:
        """What to call the model."""
        return self.model or self.path.stem

    @property
    def scored(self) -> str:
        """What to call what was scored."""
        if self.task is None:
            return self.score
        return self.task if self.score == "score" else f"{self.task} ({self.score})"


@dataclass(frozen=True)
class Wanted:
    """What of a file is to be read."""

    path: Path
    score: str | None = None
    """None: the only one."""
    cluster: str | None = None
    """Field that names the unit of independence; None: `cluster`, where there is one."""
