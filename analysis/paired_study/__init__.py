"""The paired study: from the cells of a store to comparisons, levels, and one answer."""

from analysis.paired_study.results import Results
from analysis.paired_study.run import run

__all__ = ["Results", "run"]
