"""Sensitivity analyses: the task score once more, with one choice made differently.

Each is a line of VARIANTS or one per metric. Where an analysis changes nothing of a task (no
repeats, one metric), the task has no row of its own and enters levels as it is. Whatever drops
items by what a model answered changes the question that is asked: its rows are conditional on it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.cells import Columns
from analysis.paired_study.series import AlignedPair, RowFilter, weighted_mean
from analysis.stats.paired import Array, Paired

PRIMARY = "primary"
PATIENT = re.compile(r"(?P<patient>\d+)-DS-\d+")
"""How MIMIC-IV-Note names a discharge summary: its patient comes first."""
DEGENERATE = 0.5
"""Share of repeated 4-grams above which an answer is taken as degenerate."""

Weights = Mapping[str, float]
Reweighting = Callable[[AlignedPair, Weights], Weights]


@dataclass(frozen=True)
class Variant:
    """One other choice."""

    says: str
    """What it is, for people."""
    keep: RowFilter | None = None
    change: Callable[[Array], Array] | None = None
    weigh: Reweighting | None = None
    cluster: Callable[[Paired], Sequence[str]] | None = None


def score_series(aligned: AlignedPair, variants: Mapping[str, Variant]) -> dict[str, Paired]:
    """The task score by every analysis that changes something of it; the primary one first.

    Empty if a metric of the score is missing or cannot be compared.
    """
    weights = dict.fromkeys(aligned.score, 1 / len(aligned.score))
    plain = _weighted(aligned.metrics, weights)
    if plain is None:
        return {}
    found = {PRIMARY: plain}
    for name, variant in variants.items():
        series = _score(aligned, weights, variant)
        if series is not None and not _equal(series, plain):
            found[name] = series
    return found


def variants(metrics: Sequence[str]) -> dict[str, Variant]:
    """All analyses of tasks with these metrics in their scores."""
    without = {
        f"without_{name}": Variant(f"task scores without {name}", weigh=_without(name))
        for name in metrics
    }
    return {**VARIANTS, **without}


def patient(cluster: str) -> str:
    """The patient of a cluster: of a letter of MIMIC the one that its name begins with."""
    letter = PATIENT.fullmatch(cluster)
    return letter["patient"] if letter else cluster


def _score(aligned: AlignedPair, weights: Weights, variant: Variant) -> Paired | None:
    chosen = weights if variant.weigh is None else variant.weigh(aligned, weights)
    read = aligned.metrics
    if variant.keep is not None or variant.change is not None:
        read = aligned.read(chosen, variant.keep, variant.change)
    series = _weighted(read, chosen)
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


def _flagged(*names: str) -> RowFilter:
    def kept(columns: Columns) -> NDArray[np.bool_]:
        stays = np.ones(len(columns.ids), dtype=bool)
        for name in names:
            stays &= ~columns.flags[name]
        return stays

    return kept


def _sound(columns: Columns) -> NDArray[np.bool_]:
    looping: NDArray[np.bool_] = columns.measures["repeated_4grams"] > DEGENERATE
    return _flagged("empty", "truncated")(columns) & ~looping


def _first(columns: Columns) -> NDArray[np.bool_]:
    first: NDArray[np.bool_] = columns.repeats == 0
    return first


def _without(left_out: str) -> Reweighting:
    def weigh(aligned: AlignedPair, weights: Weights) -> Weights:
        rest = [name for name in weights if name != left_out]
        return dict.fromkeys(rest, 1 / len(rest)) if rest else {}

    return weigh


def _scaled(aligned: AlignedPair, weights: Weights) -> Weights:
    """Weights inverse to the spread of the base model's scores: each metric weighs alike."""
    spreads = {name: float(aligned.metrics[name].base.std()) for name in weights}
    if not all(spreads.values()):
        return {}
    inverse = {name: weight / spreads[name] for name, weight in weights.items()}
    return {name: value / sum(inverse.values()) for name, value in inverse.items()}


def _upstream(aligned: AlignedPair, weights: Weights) -> Weights:
    """The authors' rule in the place of ours, where there is one."""
    theirs = {name: f"{name}_upstream" for name in weights}
    return {
        theirs[name] if theirs[name] in aligned.metrics else name: weight
        for name, weight in weights.items()
    }


VARIANTS: Mapping[str, Variant] = {
    "not_truncated": Variant(
        "conditional on answers that neither model had cut", keep=_flagged("truncated")
    ),
    "not_degenerate": Variant(
        "conditional on answers that are neither empty, cut nor mostly repetition", keep=_sound
    ),
    "both_parsed": Variant(
        "conditional on answers that could be read for both models", keep=_flagged("unparsed")
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
    "one_repeat": Variant("the first presentation of every question only", keep=_first),
    "equal_spread": Variant(
        "metrics weighed inverse to the spread of the base model's scores", weigh=_scaled
    ),
    "upstream_rules": Variant("scored by the authors' rules, where they differ", weigh=_upstream),
}
