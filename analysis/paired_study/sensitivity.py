"""Sensitivity analyses: the task score with one choice changed.

Each is an entry of VARIANTS or leaves one metric out. If an analysis does not change a task (one
presentation, one metric), the task has no row of its own and enters levels unchanged. An analysis
that drops items by the answers of a model answers another question: its rows are conditional.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.cell_columns import Columns
from analysis.cells import StoredCell
from analysis.paired_study.series import AlignedPair, RowFilter, weighted_mean
from analysis.stats.paired import Array, Paired
from analysis.thinking import Thinking
from clue.metrics.failures import BROKEN_THOUGHTS

PRIMARY = "primary"
FINISHED = "finished_thoughts"
PATIENT = re.compile(r"(?P<patient>\d+)-DS-\d+")
"""Name of a discharge summary in MIMIC-IV-Note, which begins with the patient."""
DEGENERATE = 0.5
"""Share of repeated 4-grams above which an answer counts as degenerate."""

Weights = Mapping[str, float]
Reweighting = Callable[[AlignedPair, Weights], Weights]


@dataclass(frozen=True)
class Variant:
    """One sensitivity analysis."""

    description: str
    keep: RowFilter | None = None
    change: Callable[[Array], Array] | None = None
    weigh: Reweighting | None = None
    cluster: Callable[[Paired], Sequence[str]] | None = None


def score_series(aligned: AlignedPair, variants: Mapping[str, Variant]) -> dict[str, Paired]:
    """The task score by every analysis that changes it; the primary analysis first.

    Empty if a metric of the score is missing or cannot be compared.
    """
    weights = dict.fromkeys(aligned.score, 1 / len(aligned.score))
    primary = _weighted(aligned.metrics, weights)
    if primary is None:
        return {}
    scores = {PRIMARY: primary}
    for name, variant in variants.items():
        series = _score(aligned, weights, variant)
        if series is not None and not _equal(series, primary):
            scores[name] = series
    return scores


def variants(metrics: Sequence[str], cells: Iterable[StoredCell] = ()) -> dict[str, Variant]:
    """All analyses of tasks.

    Args:
        metrics: in the scores of the tasks.
        cells: that are analysed; those with thoughts have an analysis of their own.
    """
    without = {
        f"without_{name}": Variant(f"task scores without {name}", weigh=_without_metric(name))
        for name in metrics
    }
    thinks = any(Thinking.of(cell.facts).is_on for cell in cells)
    return {**VARIANTS, **({FINISHED: FINISHED_THOUGHTS} if thinks else {}), **without}


def patient(cluster: str) -> str:
    """Patient of a cluster; the name of a letter of MIMIC begins with its patient."""
    letter = PATIENT.fullmatch(cluster)
    return letter["patient"] if letter else cluster


def _score(aligned: AlignedPair, weights: Weights, variant: Variant) -> Paired | None:
    variant_weights = weights if variant.weigh is None else variant.weigh(aligned, weights)
    metrics = aligned.metrics
    if variant.keep is not None or variant.change is not None:
        metrics = aligned.read(variant_weights, variant.keep, variant.change)
    series = _weighted(metrics, variant_weights)
    if series is not None and variant.cluster is not None:
        series = replace(series, clusters=tuple(variant.cluster(series)))
    return series


def _weighted(metrics: Mapping[str, Paired], weights: Weights) -> Paired | None:
    if not weights or any(name not in metrics for name in weights):
        return None
    return weighted_mean([metrics[name] for name in weights], list(weights.values()))


def _equal(one: Paired, two: Paired) -> bool:
    same = one.ids == two.ids and one.clusters == two.clusters
    return same and bool((one.base == two.base).all() and (one.tuned == two.tuned).all())


def _without_flags(*names: str) -> RowFilter:
    def unflagged(columns: Columns) -> NDArray[np.bool_]:
        rows = np.ones(len(columns.ids), dtype=bool)
        for name in names:
            if name in columns.flags or name not in BROKEN_THOUGHTS:  # one model may not think
                rows &= ~columns.flags[name]
        return rows

    return unflagged


def _not_degenerate(columns: Columns) -> NDArray[np.bool_]:
    repetitive: NDArray[np.bool_] = columns.measures["repeated_4grams"] > DEGENERATE
    return _without_flags("empty", "truncated")(columns) & ~repetitive


def _first_presentation(columns: Columns) -> NDArray[np.bool_]:
    """Rows of the first presentation, with the first of the prompts that asked it: all draws."""
    keys = [key._replace(draw=0) for key in columns.keys]
    firsts = {key.sample_id: key for key in reversed(keys) if key.repeat == 0}
    return np.array([key == firsts.get(key.sample_id) for key in keys])


def _without_metric(excluded: str) -> Reweighting:
    def weigh(aligned: AlignedPair, weights: Weights) -> Weights:
        others = [name for name in weights if name != excluded]
        return dict.fromkeys(others, 1 / len(others)) if others else {}

    return weigh


def _equal_spread(aligned: AlignedPair, weights: Weights) -> Weights:
    """Weights inverse to the standard deviation of the base model's scores."""
    spreads = {name: float(aligned.metrics[name].base.std()) for name in weights}
    if not all(spreads.values()):
        return {}
    inverse = {name: weight / spreads[name] for name, weight in weights.items()}
    return {name: value / sum(inverse.values()) for name, value in inverse.items()}


def _replaced_by(suffix: str) -> Reweighting:
    """Replaces a metric by the one with this suffix, if there is one."""

    def weigh(aligned: AlignedPair, weights: Weights) -> Weights:
        other = {name: f"{name}_{suffix}" for name in weights}
        return {
            other[name] if other[name] in aligned.metrics else name: weight
            for name, weight in weights.items()
        }

    return weigh


FINISHED_THOUGHTS = Variant(
    "conditional on thoughts that neither model had cut or left unfinished",
    keep=_without_flags(*BROKEN_THOUGHTS),
)
VARIANTS: Mapping[str, Variant] = {
    "not_truncated": Variant(
        "conditional on answers that neither model had cut", keep=_without_flags("truncated")
    ),
    "not_degenerate": Variant(
        "conditional on answers that are neither empty, cut nor mostly repetition",
        keep=_not_degenerate,
    ),
    "both_parsed": Variant(
        "conditional on answers that could be read for both models", keep=_without_flags("unparsed")
    ),
    "two_decimals": Variant(
        "scores rounded to two decimals, as the authors keep them",
        change=lambda scores: np.round(scores, 2),
    ),
    "clusters_ignored": Variant(
        "every sample a cluster of its own", cluster=lambda series: series.ids
    ),
    "clusters_patients": Variant(
        "letters of one patient a cluster",
        cluster=lambda series: [patient(name) for name in series.clusters],
    ),
    "one_repeat": Variant(
        "the first presentation of every question only", keep=_first_presentation
    ),
    "equal_spread": Variant(
        "metrics weighed inverse to the spread of the base model's scores", weigh=_equal_spread
    ),
    "upstream_rules": Variant(
        "scored by the authors' rules, where they differ", weigh=_replaced_by("upstream")
    ),
    "likeliest_option": Variant(
        "scored by the likeliest option, where likelihoods are known", weigh=_replaced_by("choice")
    ),
}
