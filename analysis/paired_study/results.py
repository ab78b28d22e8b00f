"""Results of a study, before they are written or printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.contrasts import ContrastRow
from analysis.paired_study.draw_rows import DrawRow
from analysis.paired_study.exam_contrast import ExamContrast
from analysis.paired_study.format_content_rows import FormatContentResults
from analysis.paired_study.group_differences import GroupRow
from analysis.paired_study.item_slopes import SlopeRow
from analysis.paired_study.missing import MissingTasks
from analysis.paired_study.moderators import ModeratorEffect
from analysis.paired_study.pooled import PooledAnswer, SensitivityAnswer
from analysis.paired_study.prompt_factor_rows import PromptFactorResults
from analysis.paired_study.prompt_setting_rows import PromptSettings
from analysis.paired_study.replicability import Replication
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.shrunken_cells import ShrunkenStudy
from analysis.paired_study.standings import Standing
from analysis.paired_study.thought_rows import ThoughtRow
from analysis.paired_study.variance_table import VarianceRow
from clue.marks import EXPLORATORY, marked, union

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RefusedComparison:
    """A pair that cannot be compared on a task, or in one metric of it."""

    prompt: str
    pair: str
    task: str
    metric: str
    """Empty: none of its metrics can be compared."""
    reason: str


@dataclass(frozen=True)
class PromptResults:
    """Results of all pairs under one prompt setting."""

    prompt: str
    confirmatory: bool
    """True for the declared prompt setting."""
    rows: Sequence[ResultRow]
    """Sorted."""
    answers: Mapping[str, PooledAnswer]
    """Level to the primary analysis of all pairs together."""
    sensitivity: Mapping[str, Mapping[str, SensitivityAnswer]]
    """Sensitivity analysis to level to its means of all pairs."""
    replications: Sequence[Replication]
    moderators: Sequence[ModeratorEffect]
    shared_patients: int
    """Patients in more than one data set."""
    shrinkage: ShrunkenStudy | None
    """Cells shrunken towards what pairs and tasks have in common; None: fewer than 3 cells."""
    slopes: Sequence[SlopeRow]
    """Differences against properties of items; exploratory."""
    groups: Sequence[GroupRow]
    """Differences in groups of items, such as subjects; exploratory."""
    variance: Sequence[VarianceRow]
    """Sources of the error of every difference."""
    contrasts: Sequence[ContrastRow]
    """Pairs against each other, as the settings request."""
    exam_contrast: ExamContrast | None
    """Exam questions against clinical tasks; None: the study does not declare it."""
    format_content: FormatContentResults
    """Differences split into the share of readable answers and their quality; exploratory."""
    prompt_factor: PromptFactorResults
    """Prompts as a random factor; empty if one prompt asks all items."""
    draws: Sequence[DrawRow]
    """Sampled answers; empty if every prompt has one answer of each model."""
    thoughts: Sequence[ThoughtRow]
    """Thoughts before answers; empty if all models answer at once."""

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of all rows together; `exploratory` if the setting is not the declared one."""
        exploratory = () if self.confirmatory else (EXPLORATORY,)
        return union(exploratory, *(row.marks for row in self.rows))

    def pooled(self, text: str) -> str:
        """A sentence about all pairs together, after their marks."""
        return marked([mark for mark in self.marks if mark != EXPLORATORY], text)

    def headline(self, sentence: str) -> str:
        """A sentence that leads the results; `Exploratory:` begins it if they are."""
        return sentence if self.confirmatory else f"Exploratory: {sentence}"


@dataclass(frozen=True)
class StudyResults:
    """Results of the study of a store."""

    settings: Sequence[PromptResults]
    """By prompt setting, sorted."""
    aligned: Sequence[AlignedPair]
    """Every compared pair on every task."""
    missing: Sequence[MissingTasks]
    unevaluated: Sequence[MissingTasks]
    """Tasks that neither model of a pair has."""
    refused: Sequence[RefusedComparison]
    cells: Mapping[CellKey, StoredCell]
    """All readable cells of the study, including those without a partner."""
    standings: Mapping[str, Sequence[Standing]]
    """Prompt setting to the scores of every model."""
    study: StudyCells
    """What was declared, and the stored cells that count."""
    prompt_settings: PromptSettings
    """Prompt settings compared with one another; exploratory."""

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of all rows together; of all cells if no pair was compared."""
        return union(*(part.marks for part in self.rows or self.cells.values()))

    @property
    def rows(self) -> list[ResultRow]:
        """Rows of all prompt settings, sorted."""
        return [row for setting in self.settings for row in setting.rows]

    @property
    def tables(self) -> Mapping[str, Sequence[NamedTuple]]:
        """Rows of all files but cells.csv, by the names of `analysis.paired_study.columns`."""
        return {
            "prompt_settings": self.prompt_settings.rows,
            "item_slopes": [row for setting in self.settings for row in setting.slopes],
            "groups": [row for setting in self.settings for row in setting.groups],
            "contrasts": [row for setting in self.settings for row in setting.contrasts],
            "variance": [row for setting in self.settings for row in setting.variance],
            "exam_contrast": [
                row
                for setting in self.settings
                for row in (setting.exam_contrast.rows if setting.exam_contrast else ())
            ],
            "format_content": [
                row for setting in self.settings for row in setting.format_content.rows
            ],
            "prompts": [row for setting in self.settings for row in setting.prompt_factor.rows],
            "prompt_differences": [
                row for setting in self.settings for row in setting.prompt_factor.singles
            ],
            "draws": [row for setting in self.settings for row in setting.draws],
            "thoughts": [row for setting in self.settings for row in setting.thoughts],
        }

    def table(self) -> "pd.DataFrame":
        """The rows as a data frame, with the columns of cells.csv (docs/analysis-columns.md)."""
        import pandas as pd

        from analysis.paired_study.columns import columns, row_values

        names = [column.name for column in columns()]
        return pd.DataFrame([row_values(row) for row in self.rows], columns=names)
