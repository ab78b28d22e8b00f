"""The paired study: from the cells of a store to comparisons, levels and the pooled result."""

from analysis.paired_study.cells_of_study import StudyCells, study_cells
from analysis.paired_study.results import StudyResults
from analysis.paired_study.run import run

__all__ = ["StudyCells", "StudyResults", "run", "study_cells"]
