"""Battery of tests, intervals and effect sizes of a series, chosen by its kind of score.

Primary results are mid-p McNemar and Tango's interval for right or wrong answers with one item per
cluster, and the sign flip of clusters and the CR2 interval for everything else. All other results
are secondary. All inference is omitted with fewer than 5 clusters, where no data could reject, and
if all scores are identical.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from analysis import number_format
from analysis.stats import fields
from analysis.stats.binary_fields import binary_fields, right_score
from analysis.stats.bootstrap import bootstrap_t
from analysis.stats.clusters import robust, skewness
from analysis.stats.comparison import LEVEL, Comparison, Kind, Options, untested
from analysis.stats.mcnemar import mcnemar
from analysis.stats.paired import Interval, Paired, excludes_zero
from analysis.stats.sign_flip.sign_flip import SignFlip, sign_flips_with_intervals
from clue.common.processes import in_processes

__all__ = ["Comparison", "Options", "batteries", "battery"]

LEAST_CLUSTERS = 5
PART = 256
"""Series that one process compares at a time; fewer are not worth another process."""
FEW, SKEWED = 50, 1.0
"""The bootstrap-t interval is added for fewer clusters and more skewness than this."""


def battery(paired: Paired, options: Options | None = None) -> Comparison:
    """Compares two models on one series; see `batteries`.

    >>> ids = [f"{number:02}" for number in range(8)]
    >>> result = battery(Paired.of(ids, ids, [0.0] * 8, [1.0] * 7 + [0.0], step_size=1.0))
    >>> result.primary, round(result.delta, 3), round(result.p, 4)
    ('mcnemar', 0.875, 0.0078)
    """
    return batteries([paired], [options or Options()])[0]


def batteries(series: Sequence[Paired], options: Sequence[Options]) -> list[Comparison]:
    """Compares two models on several series; no series changes the result of another.

    Series with the same seed and number of clusters share their random signs, which makes many of
    them nearly as quick as one. Equal series are compared once: a task with one metric has a series
    as its metric and as its score, and an analysis may change the name of a score only. More than
    `PART` series are compared in several processes.

    Args:
        series: series of any tasks and scores.
        options: options of each series.

    >>> ids = [f"{number:02}" for number in range(8)]
    >>> gain = Paired.of(ids, ids, [0.0] * 8, [1.0] * 7 + [0.0], step_size=1.0)
    >>> same = Paired.of(ids, ids, [0.0] * 8, [0.0] * 8)
    >>> [result.refused for result in batteries([gain, same], [Options(), Options()])]
    [None, "the two models' scores are identical on all 8 items"]
    """
    firsts: dict[tuple[Any, ...], int] = {}
    first_of = [
        firsts.setdefault(_identity(paired, option), index)
        for index, (paired, option) in enumerate(zip(series, options, strict=True))
    ]
    # those that share random signs are neighbours
    order = sorted(
        firsts.values(), key=lambda index: (str(options[index].seed), series[index].sums.n_clusters)
    )
    parts = [order[start : start + PART] for start in range(0, len(order), PART)]
    results = in_processes(lambda part: _comparisons(series, options, part), parts)
    comparisons = {index: result for part in results for index, result in part.items()}
    return [comparisons[index] for index in first_of]


def _comparisons(
    series: Sequence[Paired], options: Sequence[Options], indices: Sequence[int]
) -> dict[int, Comparison]:
    """Comparisons of the series with these indices."""
    flips = _sign_flips(series, options, indices)
    return {index: _comparison(series[index], options[index], flips[index]) for index in indices}


def _identity(paired: Paired, options: Options) -> tuple[Any, ...]:
    """All that a comparison depends on; names of items and clusters are no part of it."""
    scores = (paired.base.tobytes(), paired.tuned.tobytes(), paired.codes.tobytes())
    return (*scores, paired.step_size, options)


def _sign_flips(
    series: Sequence[Paired], options: Sequence[Options], indices: Iterable[int]
) -> dict[int, tuple[SignFlip, Interval]]:
    """Sign-flip test and interval of the series with these indices; equal sums are flipped once."""
    groups: dict[tuple[Any, int], list[int]] = {}
    first: dict[tuple[Any, ...], int] = {}
    same_as: dict[int, int] = {}
    for index in indices:
        paired, option = series[index], options[index]
        numbers = (paired.sums.sums.tobytes(), paired.sums.sizes.tobytes(), paired.step_size)
        same_as[index] = first.setdefault((*numbers, option.seed, option.flips), index)
        if same_as[index] == index:
            groups.setdefault((option.seed, option.flips), []).append(index)
    results: dict[int, tuple[SignFlip, Interval]] = {}
    for (seed, flips), members in groups.items():
        many = [series[index].sums for index in members]
        step_sizes = [series[index].step_size for index in members]
        tested = sign_flips_with_intervals(many, _generator(seed), step_sizes, flips, LEVEL)
        results |= dict(zip(members, tested, strict=True))
    return {index: results[original] for index, original in same_as.items()}


def _generator(seed: int | tuple[int, ...], *purpose: int) -> Generator:
    return np.random.default_rng([*(seed if isinstance(seed, tuple) else (seed,)), *purpose])


def _comparison(paired: Paired, options: Options, flips: tuple[SignFlip, Interval]) -> Comparison:
    right = right_score(paired) if options.kind in (None, "binary") else None
    clustered = paired.sums.n_clusters < paired.sums.n
    kind: Kind = options.kind or ("binary" if right else fields.kind_of_scores(paired))
    is_mcnemar = right is not None and not clustered
    estimate = robust(paired.sums)
    columns: dict[str, Any] = {
        "kind": kind,
        "clustered": clustered,
        **fields.descriptive_fields(paired, kind),
        **fields.standard_error_fields(estimate),
        **fields.cluster_mean_fields(paired),
        **fields.sign_flip_fields(*flips),
        **({"min_attainable_p": mcnemar(0, flips[0].informative).midp} if is_mcnemar else {}),
        "ci95_bootstrap_t": _bootstrap_interval(paired, options),
        **binary_fields(paired, right),
        **fields.equivalence_fields(estimate, options),
        "primary": "mcnemar" if is_mcnemar else "signflip",
        "discordant": None,
        "refused": None,
        "alpha": options.alpha,
        "seed": options.seed,
    }
    comparison = Comparison(**{name: _nan_to_none(value) for name, value in columns.items()})
    reason = _reason_not_tested(comparison)
    if reason is not None:
        return untested(comparison, reason)
    return replace(comparison, discordant=_is_discordant(comparison))


def _bootstrap_interval(paired: Paired, options: Options) -> Interval | None:
    if paired.sums.n_clusters >= FEW or not abs(skewness(paired.sums)) > SKEWED:
        return None
    interval = bootstrap_t(paired.sums, _generator(options.seed, 1), options.draws, LEVEL)
    return interval if math.isfinite(interval.high) else None  # too many resamples have no spread


def _reason_not_tested(comparison: Comparison) -> str | None:
    """Reason against any test, as the end of a sentence; None: it can be tested."""
    unit = "cluster" if comparison.clustered else "item"
    units = f"{unit}s"
    if comparison.tied == comparison.n:
        items = "the only item" if comparison.n == 1 else f"all {comparison.n:,} items"
        return f"the two models' scores are identical on {items}"
    if comparison.n_clusters < LEAST_CLUSTERS:
        few = number_format.counted(comparison.n_clusters, f"{unit} is", f"{units} are")
        return f"{few} too few for a test or an interval"
    if cannot_reject(comparison):
        return (
            f"the models differ in {comparison.n_informative} of {comparison.n_clusters} {units} "
            "only; with so few no data could reject (the smallest p would be "
            f"{number_format.p_value(comparison.min_attainable_p).lstrip('= ')})"
        )
    if comparison.interval is None:
        return f"the difference is the same in all {units}, so its error cannot be estimated"
    return None


def cannot_reject(comparison: Comparison) -> bool:
    """True if no data with as many informative clusters could give a p of 5 %.

    The sign flip needs 6 clusters that differ (2 / 2**5 = .0625), mid-p McNemar 5 items.
    """
    return comparison.min_attainable_p > 1 - LEVEL


def _is_discordant(comparison: Comparison) -> bool:
    assert comparison.p is not None
    return (comparison.p <= 1 - LEVEL) != excludes_zero(comparison.interval)


def _nan_to_none(value: Any) -> Any:
    """None in the place of nan, also in the place of an interval with a nan."""
    if isinstance(value, tuple):
        undefined = any(isinstance(number, float) and math.isnan(number) for number in value)
    else:
        undefined = isinstance(value, float) and math.isnan(value)
    return None if undefined else value
