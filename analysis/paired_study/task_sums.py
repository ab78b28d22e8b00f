"""A task score of one model as sums within named clusters."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.cells import StoredCell
from analysis.paired_study.joint_covariance import named_patients
from analysis.stats.paired import Sums
from analysis.stats.weighted_sums import Estimate
from clue.cluster_robust import robust, task_sums


@dataclass(frozen=True)
class TaskSums:
    """A task score as sums within named clusters."""

    dataset: str
    """Tasks of one data set share their clusters."""
    sums: Sums
    clusters: tuple[str, ...]
    """Names in the order of `sums`."""
    items: frozenset[str]

    @classmethod
    def of(cls, cell: StoredCell) -> "TaskSums | None":
        """None if a metric of the task score is undefined in all rows."""
        scores = cell.score_metrics
        if scores is None:
            return None
        sums = task_sums(scores, cell.columns.over_draws.clusters)
        return cls.with_names(cell, sums, np.full(len(scores), True))

    @classmethod
    def with_names(cls, cell: StoredCell, sums: Sums, rows: NDArray[np.bool_]) -> "TaskSums":
        """Adds the names of clusters and items in the chosen rows."""
        clusters, items = (
            tuple(np.unique(names[rows]).tolist())
            for names in (cell.columns.over_draws.clusters, cell.columns.over_draws.ids)
        )
        return cls(str(cell.facts["dataset"]), sums, clusters, frozenset(items))

    @property
    def patients(self) -> tuple[tuple[str, str], ...]:
        """Patient of each cluster."""
        return named_patients(self.dataset, self.clusters)

    @cached_property
    def estimate(self) -> Estimate:
        """Score in points; its error is nan with a single cluster."""
        return Estimate.of(robust(self.sums))

    @property
    def basis(self) -> tuple[object, ...]:
        """Equal for two models that answered the same items in the same clusters."""
        return self.dataset, self.clusters, self.items, tuple(self.sums.sizes)
