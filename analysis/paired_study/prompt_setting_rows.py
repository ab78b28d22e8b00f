"""Results of the comparison of two prompt settings, as rows of prompt_settings.csv."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Literal, NamedTuple

from analysis.paired_study.rows import Scope
from analysis.sentences.prompt_settings import Claim, Subject
from analysis.stats.paired import Interval
from clue.marks import union


@dataclass(frozen=True, order=True)
class SettingKey:
    """Identifies a score of a pair under two prompt settings."""

    first_prompt: str
    """Prompt setting; the declared one if it is among the two, else the first by name."""
    second_prompt: str
    """Prompt setting that it is compared with."""
    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    family: str
    """Family of base models that the pair belongs to."""
    scope: Scope
    """`task`: a task score, or the mean of LongHealth's tasks; `level`: Level 1, Level 2,
    overall."""
    task: str
    """Task, data set or level."""

    @property
    def pair(self) -> str:
        """Name of the pair."""
        return f"{self.tuned} - {self.base}"


@dataclass(frozen=True)
class CommonItems:
    """Items of both settings; a level has the sums over its data sets."""

    marks: tuple[str, ...]
    """`exploratory`, and the marks of the cells under both settings."""
    n_first: int
    """Items that the pair has under the first setting."""
    clusters_first: int
    """Clusters of these items."""
    n_second: int
    """Items that the pair has under the second setting."""
    clusters_second: int
    """Clusters of these items."""
    n: int
    """Common items; all numbers of the comparison are about these."""
    n_clusters: int
    """Clusters of the common items."""

    @classmethod
    def total(cls, parts: Sequence["CommonItems"]) -> "CommonItems":
        """The items of several data sets together."""
        sizes = [field.name for field in fields(cls) if field.name != "marks"]
        sums = {name: sum(getattr(part, name) for part in parts) for name in sizes}
        return cls(union(*(part.marks for part in parts)), **sums)


@dataclass(frozen=True)
class SettingChange:
    """First setting minus second setting on the common items, in points."""

    subject: Subject
    """`difference`: biomedical minus base; `base`, `tuned`: the score of this model alone."""
    mean_first: float
    """Difference or score under the first setting."""
    mean_second: float
    """Difference or score under the second setting."""
    delta: float
    """`mean_first` minus `mean_second`; that of `difference` is that of `tuned` minus that of
    `base`."""
    se_cr2: float | None
    """Cluster-robust standard error of `delta`."""
    df: float | None
    """Satterthwaite degrees of freedom of `se_cr2`."""
    ci95: Interval | None
    """95 % interval of `delta`: CR2 with Satterthwaite t; Tango's for right-or-wrong scores of a
    model with one item per cluster."""
    n_informative: int | None
    """Clusters in which the settings differ; empty for levels."""
    test: Literal["signflip", "mcnemar", "t"]
    """Test that `p` comes from; levels have the t-test."""
    p: float | None
    """Two-sided, unadjusted."""
    q: float | None
    """`p` adjusted by Benjamini and Hochberg over all rows of this file."""
    hypotheses: int
    """Number of these rows."""
    claim: Claim
    """`higher`, `lower`: under the first setting, if q is at most alpha and the interval excludes
    0; else `not settled`, `not tested`."""
    refused: str | None
    """Reason why nothing is tested."""


class SettingRow(NamedTuple):
    """One line of prompt_settings.csv."""

    key: SettingKey
    items: CommonItems
    change: SettingChange


@dataclass(frozen=True)
class SettingComparison:
    """A score of a pair under two settings: the difference of the pair, and both single models."""

    key: SettingKey
    items: CommonItems
    difference: SettingChange
    base: SettingChange
    tuned: SettingChange
    sentence: str
    """The comparison in words."""

    @property
    def changes(self) -> tuple[SettingChange, ...]:
        """All three changes."""
        return self.difference, self.base, self.tuned

    @property
    def is_settled(self) -> bool:
        """True if some change is claimed."""
        return any(change.claim in ("higher", "lower") for change in self.changes)


@dataclass(frozen=True)
class RefusedSettings:
    """A task of a pair that cannot be compared between two settings."""

    first_prompt: str
    second_prompt: str
    pair: str
    task: str
    reason: str


@dataclass(frozen=True)
class PromptSettings:
    """Comparison of every two prompt settings; exploratory."""

    comparisons: Sequence[SettingComparison]
    """By the two settings, then sorted."""
    refused: Sequence[RefusedSettings]

    @property
    def hypotheses(self) -> int:
        """Number of tests that the p-values are adjusted for."""
        return sum(len(comparison.changes) for comparison in self.comparisons)

    @property
    def rows(self) -> list[SettingRow]:
        """Lines of prompt_settings.csv."""
        return [
            SettingRow(comparison.key, comparison.items, change)
            for comparison in self.comparisons
            for change in comparison.changes
        ]

    def by_settings(self) -> Iterator[tuple[str, str, list[SettingComparison]]]:
        """Yields every two settings with their comparisons."""
        for (first, second), members in groupby(self.comparisons, key=_settings):
            yield first, second, list(members)


def _settings(comparison: SettingComparison) -> tuple[str, str]:
    return comparison.key.first_prompt, comparison.key.second_prompt
