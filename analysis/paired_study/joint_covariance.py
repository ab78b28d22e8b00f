"""Joint error of all data-set scores, with shared items, base runs and patients included."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from analysis.paired_study.sensitivity import patient
from analysis.stats.clusters import influence
from analysis.stats.paired import Array, Paired, Sums
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.weighted_sums import covariance

MIMIC = ("medisumcode", "medisumqa")
"""Data sets whose letters come from the patients of one hospital; others share no patient."""


class NamedSums(Protocol):
    """Sums within named clusters, of a pair's differences or of a model's scores."""

    @property
    def dataset(self) -> str:
        """Tasks of one data set share their clusters."""

    @property
    def sums(self) -> Sums:
        """Within clusters."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """Names in the order of `sums`."""

    @property
    def patients(self) -> tuple[tuple[str, str], ...]:
        """Patient of each cluster, `named_patients`."""


@dataclass(frozen=True)
class DatasetSeries:
    """One pair's score on one data set; levels are weighted sums of these."""

    pair: str
    score: str
    """Name of the data set, or of the task if it is a part of levels on its own."""
    dataset: str
    """Tasks of one data set share their clusters."""
    series: Paired
    prompts: PromptCells | None = None
    """Scores by item and prompt; None if one prompt asks all items, or if prompts do not count."""
    population: str = ""
    """Digest of the prompts: units of one data set and digest share them."""

    @cached_property
    def clusters(self) -> tuple[str, ...]:
        """Names in the order of `sums`."""
        return tuple(np.unique(self.series.clusters).tolist())

    @property
    def sums(self) -> Sums:
        """Differences within clusters."""
        return self.series.sums

    @property
    def patients(self) -> tuple[tuple[str, str], ...]:
        """Patient of each cluster."""
        return named_patients(self.dataset, self.clusters)


def named_patients(dataset: str, clusters: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Patient of each cluster, named such that only MIMIC's data sets can share patients."""
    shares = dataset in MIMIC
    return tuple(("mimic", patient(name)) if shares else (dataset, name) for name in clusters)


def shared_patients(units: Sequence[NamedSums]) -> int:
    """Number of patients in more than one data set."""
    datasets_of: dict[tuple[str, str], set[str]] = {}
    for unit in units:
        if unit.dataset in MIMIC:
            for name in set(unit.patients):
                datasets_of.setdefault(name, set()).add(unit.dataset)
    return sum(len(datasets) > 1 for datasets in datasets_of.values())


def joint_covariance(units: Sequence[NamedSums]) -> Array:
    """Error covariance of the units, shape (k, k), in squared points.

    Within a data set units covary through its clusters, and the diagonal is their CR2 variance.
    Units of different data sets covary through the patients that they have in common.
    """
    influences = [influence(unit.sums) for unit in units]
    within = covariance(
        influences, [[(unit.dataset, name) for name in unit.clusters] for unit in units]
    )
    if not shared_patients(units):
        return within
    by_patient = [_by_patient(unit, values) for unit, values in zip(units, influences, strict=True)]
    across = covariance([sums for sums, _ in by_patient], [names for _, names in by_patient])
    datasets = np.array([unit.dataset for unit in units])
    return np.where(datasets[:, None] == datasets, within, across)


def _by_patient(unit: NamedSums, values: Array) -> tuple[Array, list[tuple[str, str]]]:
    """Influences summed over the letters of each patient, and the patients."""
    sums: dict[tuple[str, str], float] = {}
    for name, value in zip(unit.patients, values, strict=True):
        sums[name] = sums.get(name, 0.0) + float(value)
    return np.array(list(sums.values())), list(sums)
