"""Slopes of a difference on the difficulty of items and on the length of the input.

Exploratory. A slope is that of least squares over items, robust to the clusters of the task. All
slopes of a prompt setting are one family, adjusted by Benjamini and Hochberg.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.item_properties import ItemValues, OtherModels, length
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.testing import TestedSeries
from analysis.stats.multiplicity import benjamini_hochberg
from analysis.stats.paired import Array, Interval
from analysis.stats.regression import slope
from analysis.stats.weighted_sums import Estimate

Property = Literal["difficulty", "length"]
FEWEST_MODELS = 2
"""Models of other families that an item's difficulty needs: of one, it is that model's luck too."""


@dataclass(frozen=True, order=True)
class SlopeKey(ScoreKey):
    """Identifies a slope."""

    item_property: Property
    """Property of items: `difficulty`: minus the mean score by models of other families of bases;
    `length`: tokens of the prompt."""


@dataclass(frozen=True)
class ItemSlope:
    """Change of the difference (tuned minus base) with a property of the items, in points."""

    marks: tuple[str, ...]
    """Marks of the cells of the pair."""
    n: int
    """Items that have the property."""
    n_clusters: int
    """Clusters of these items."""
    models: int
    """Models that the difficulty comes from; 0 for the length."""
    slope: float | None = None
    """Points per standard deviation of the difficulty, or per doubling of the length; negative:
    the biomedical model loses more on difficult or long items."""
    se_cr2: float | None = None
    """Cluster-robust standard error of `slope`."""
    df: float | None = None
    """Satterthwaite degrees of freedom of `se_cr2`."""
    ci95: Interval | None = None
    """95 % interval of `slope`: CR2 with Satterthwaite t."""
    p: float | None = None
    """Two-sided t-test, unadjusted."""
    q: float | None = None
    """`p` adjusted by Benjamini and Hochberg over all slopes of the prompt setting."""
    hypotheses: int = 0
    """Number of these slopes."""
    refused: str | None = None
    """Reason why there is no slope."""


class SlopeRow(NamedTuple):
    """One line of item_slopes.csv."""

    key: SlopeKey
    slope: ItemSlope


def item_slopes(
    tested: Iterable[TestedSeries], cells: Mapping[CellKey, StoredCell], prompt: str
) -> list[SlopeRow]:
    """Slopes of all pairs and data sets under one prompt setting, sorted.

    Args:
        tested: all series of the prompt setting.
        cells: all readable cells of the study.
        prompt: the prompt setting.
    """
    properties: Mapping[Property, Callable[[AlignedPair], ItemValues]] = {
        "difficulty": OtherModels(cells, prompt).difficulty,
        "length": length,
    }
    rows = [
        SlopeRow(
            SlopeKey.of(series.source.key, name),
            _slope(series, name, [values(a) for a in series.source.aligned]),
        )
        for series in tested
        if series.source.is_level_part and series.source.key.analysis == PRIMARY
        for name, values in properties.items()
    ]
    return list(_adjusted(sorted(rows, key=lambda row: row.key)))


def _slope(series: TestedSeries, name: Property, parts: Sequence[ItemValues]) -> ItemSlope:
    """Slope of one series on a property, which is averaged over the tasks of a data set."""
    paired, (_, data, comparison) = series.source.series, series.result
    used = [
        index for index, item in enumerate(paired.ids) if all(item in one.values for one in parts)
    ]
    ids = [paired.ids[index] for index in used]
    x = np.mean([[one.values[item] for item in ids] for one in parts], axis=0)
    _, clusters = np.unique(paired.codes[used], return_inverse=True)
    models = {model for one in parts for model in one.models}
    blank = ItemSlope(data.marks, len(ids), len(set(clusters)), len(models))
    refused = comparison.refused or _refusal(name, x, len(models))
    if refused:
        return replace(blank, refused=refused)
    estimate = slope(paired.differences[used], _scaled(name, x), clusters.astype(np.intp))
    if not estimate.se > 0:
        return replace(blank, refused="one cluster alone carries the slope")
    return _filled(blank, estimate)


def _refusal(name: Property, x: Array, models: int) -> str | None:
    if name == "difficulty" and models < FEWEST_MODELS:
        return f"the difficulty needs {FEWEST_MODELS} models of other families of bases"
    return "it is the same for all items" if not len(x) or np.ptp(x) < 1e-9 else None


def _scaled(name: Property, x: Array) -> Array:
    return x / x.std(ddof=1) if name == "difficulty" else x


def _filled(blank: ItemSlope, estimate: Estimate) -> ItemSlope:
    return replace(
        blank,
        slope=estimate.delta,
        se_cr2=estimate.se,
        df=estimate.df,
        ci95=estimate.interval(),
        p=estimate.p,
    )


def _adjusted(rows: Sequence[SlopeRow]) -> Iterator[SlopeRow]:
    raw = [float("nan") if row.slope.p is None else row.slope.p for row in rows]
    for row, q in zip(rows, benjamini_hochberg(raw) if raw else [], strict=True):
        adjusted = None if np.isnan(q) else float(q)
        yield SlopeRow(row.key, replace(row.slope, q=adjusted, hypotheses=len(rows)))
