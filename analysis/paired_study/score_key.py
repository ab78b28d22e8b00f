"""Key of a task score of a pair, for tables besides cells.csv."""

from dataclasses import dataclass
from typing import TypeVar

from analysis.paired_study.rows import ComparisonKey

Key = TypeVar("Key", bound="ScoreKey")


@dataclass(frozen=True, order=True)
class ScoreKey:
    """Identifies a task score of a pair."""

    prompt: str
    """Prompt setting of both cells."""
    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    family: str
    """Family of base models that the pair belongs to."""
    task: str
    """Task, or data set of which a mean over tasks is scored."""

    @classmethod
    def of(cls: type[Key], key: ComparisonKey, *more: object) -> Key:
        """The key of a comparison; `more` are the fields that a subclass adds."""
        return cls(key.prompt, key.tuned, key.base, key.family, key.task, *more)

    @property
    def pair(self) -> str:
        """Name of the pair."""
        return f"{self.tuned} - {self.base}"
