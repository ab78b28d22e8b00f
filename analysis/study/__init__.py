"""The paired study: from the cells of a store to comparisons, levels, and one answer."""

from analysis.study.compute import run
from analysis.study.results import Results

__all__ = ["Results", "run"]
