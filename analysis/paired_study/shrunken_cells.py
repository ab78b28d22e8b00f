"""Pair x task cells of a study, shrunken towards what pairs and tasks have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.meta.cell_model import FEWEST_CELLS, HalfT
from analysis.meta.few_clusters import few_clusters_covariance
from analysis.meta.shrinkage import PRIOR, PosteriorSd, shrinkage
from analysis.paired_study.levels import Levels
from analysis.stats.paired import Interval

GROUPS = ("pair", "task")


@dataclass(frozen=True)
class ShrunkenCell:
    """Posterior of the difference of one pair on one data set, in points."""

    pair: str
    task: str
    """Task, or data set if its tasks are averaged."""
    raw: float
    """Difference before shrinkage."""
    mean: float
    interval: Interval
    """95 %."""
    margin: float | None
    p_decline: float | None
    """Probability of a decline beyond the margin; None without a margin."""


@dataclass(frozen=True)
class ShrunkenStudy:
    """All cells of a prompt setting; exploratory."""

    cells: Sequence[ShrunkenCell]
    """By pair and task."""
    mu: float
    mu_sd: float
    """Posterior mean and standard deviation of what all cells have in common."""
    sds: Mapping[str, PosteriorSd]
    """Of `pair`, `task` and `cell`; one that cannot be told from the cells is absent."""
    prior: HalfT
    """Of each standard deviation."""
    prior_effect: float
    """Largest change of a mean if the scale of the prior is halved or doubled."""

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        return asdict(self)


def shrunken_study(levels: Levels) -> ShrunkenStudy | None:
    """Shrinks all cells that have an error; None if they are fewer than 3.

    Args:
        levels: data-set scores of all pairs in the primary analysis.
    """
    indices = [index for index, one in enumerate(levels.estimates) if one.se > 0]
    if len(indices) < FEWEST_CELLS:
        return None
    members = [levels.comparisons[index] for index in indices]
    names = [(member.unit.pair, member.unit.score) for member in members]
    margins = [member.comparison.margin for member in members]
    raw = [levels.estimates[index].delta for index in indices]
    posterior = shrinkage(
        raw,
        few_clusters_covariance(
            levels.covariance[np.ix_(indices, indices)],
            [levels.estimates[index].df for index in indices],
        ),
        dict(zip(GROUPS, zip(*names, strict=True), strict=True)),
        [np.nan if margin is None else margin for margin in margins],
    )
    cells = [
        ShrunkenCell(
            *names[number],
            raw[number],
            float(posterior.means[number]),
            posterior.intervals[number],
            margins[number],
            None if margins[number] is None else float(posterior.p_decline[number]),
        )
        for number in range(len(names))
    ]
    return ShrunkenStudy(
        sorted(cells, key=lambda cell: (cell.pair, cell.task)),
        posterior.mu,
        posterior.mu_sd,
        posterior.sds,
        PRIOR,
        posterior.prior_effect,
    )
