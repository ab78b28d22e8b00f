"""All that a study says, before it is written or printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.cells import Cell, Place
from analysis.paired_study.pairs import Missing
from analysis.paired_study.replicability import Replication
from analysis.paired_study.rows import Row
from analysis.paired_study.series import Aligned
from analysis.paired_study.standings import Standing


@dataclass(frozen=True)
class Refused:
    """A pair that cannot be compared on a task, or in one metric of it."""

    prompt: str
    pair: str
    task: str
    metric: str
    """Empty: in none."""
    reason: str


@dataclass(frozen=True)
class Setting:
    """What is said of the pairs under one prompt setting."""

    prompt: str
    confirmatory: bool
    """Whether it is the declared one."""
    rows: Sequence[Row]
    """Sorted."""
    answers: Mapping[str, Mapping[str, Any]]
    """Analysis to level to what is said of all pairs together."""
    replications: Sequence[Replication]
    moderators: Sequence[Mapping[str, Any]]
    shared_patients: int
    """People in more than one data set."""


@dataclass(frozen=True)
class Results:
    """The study of a store."""

    settings: Sequence[Setting]
    """By prompt setting, sorted."""
    aligned: Sequence[Aligned]
    """Every pair on every task that was compared."""
    missing: Sequence[Missing]
    unevaluated: Sequence[Missing]
    """Tasks that neither model of a pair has."""
    refused: Sequence[Refused]
    cells: Mapping[Place, Cell]
    """All of the store that can be read, those without a partner too."""
    standings: Mapping[str, Sequence[Standing]]
    """By prompt setting: every model on its own."""

    @property
    def rows(self) -> list[Row]:
        """Of all prompt settings, sorted."""
        return [row for setting in self.settings for row in setting.rows]
