"""Rows of the forest plot: pairs on the headline score; of a single pair its levels and tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.meta import MetaAnalysis
from analysis.names import display_name, display_order
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors


@dataclass(frozen=True)
class ForestRows:
    """The comparisons of a forest plot and the mean below them."""

    level: str
    """The most comprehensive score."""
    rows: Sequence[ResultRow]
    """In the order of the plot."""
    pooled: MetaAnalysis | None
    """None for a single pair: a mean of it says nothing more."""
    is_one_pair: bool

    @classmethod
    def of(cls, setting: PromptResults) -> "ForestRows":
        """Returns the rows of a prompt setting that compares some pair."""
        level, rows = selectors.headline_rows(setting)
        if len(selectors.pairs_by_family(setting)) == 1:
            return cls(level, _of_one_pair(setting), None, is_one_pair=True)
        ordered = sorted(rows, key=lambda row: (row.key.family, row.key.pair))
        answer = setting.answers.get(level)
        return cls(level, ordered, answer.meta if answer else None, is_one_pair=False)

    def name(self, row: ResultRow) -> str:
        """Name of a row: its biomedical model, or its level or task."""
        return display_name(row.key.task) if self.is_one_pair else row.key.tuned

    def heading(self, row: ResultRow) -> str:
        """Heading above the rows of a group: the family, or the single pair."""
        return row.key.pair if self.is_one_pair else row.key.family

    @property
    def axis(self) -> str:
        """Label of the axis."""
        score = "" if self.is_one_pair else f"{display_name(self.level)}: "
        return f"{score}biomedical minus base, points"


def _of_one_pair(setting: PromptResults) -> list[ResultRow]:
    """Levels, the most comprehensive first, then tasks."""
    levels = {row.key.task: row for row in selectors.primary_rows(setting, "level")}
    tasks = selectors.primary_rows(setting, "task")
    return [
        *(levels[name] for name in selectors.level_order(levels)),
        *sorted(tasks, key=lambda row: display_order(row.key.task)),
    ]
