"""The tests, intervals and effect sizes that one series gets, by the kind of its score.

Right or wrong with one item per cluster: mid-p McNemar and Tango's interval decide. All else: the
sign flip of clusters and the CR2 interval. The rest is shown beside them. What would mislead is not
given at all: tests with fewer than 6 clusters that differ, intervals with fewer than 5 clusters,
anything inferential where all scores are identical.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from analysis import number_format
from analysis.stats import binary_fields, fields
from analysis.stats.bootstrap import bootstrap_t
from analysis.stats.clusters import robust, skewness
from analysis.stats.comparison import LEVEL, Comparison, Kind, Options, untested
from analysis.stats.paired import Interval, Paired, excludes_zero
from analysis.stats.sign_flip.sign_flip import SignFlip, flips_and_inversions

__all__ = ["Comparison", "Options", "batteries", "battery"]

LEAST_INFORMATIVE = 6
"""Clusters that differ; with 5 the smallest two-sided p is 2 / 2**5 = .0625."""
LEAST_CLUSTERS = 5
FEW, SKEWED = 50, 1.0
"""Fewer clusters and more skewness than this add the bootstrap-t interval."""
Flipped = tuple[SignFlip, Interval]


def battery(paired: Paired, options: Options | None = None) -> Comparison:
    """Everything of one series; see `batteries`."""
    return batteries([paired], [options or Options()])[0]


def batteries(series: Sequence[Paired], options: Sequence[Options]) -> list[Comparison]:
    """Everything of several series; none of them changes the result of another.

    Those with the same seed and number of clusters share their random signs, which makes many of
    them nearly as quick as one.

    Args:
        series: of any tasks and scores.
        options: of each.
    """
    flipped = _flipped(series, options)
    return [
        _comparison(paired, option, flipped[place])
        for place, (paired, option) in enumerate(zip(series, options, strict=True))
    ]


def _flipped(series: Sequence[Paired], options: Sequence[Options]) -> dict[int, Flipped]:
    groups: dict[tuple[Any, int], list[int]] = {}
    for place, option in enumerate(options):
        groups.setdefault((option.seed, option.flips), []).append(place)
    found: dict[int, Flipped] = {}
    for (seed, flips), places in groups.items():
        many = [series[place].sums for place in places]
        grains = [series[place].grain for place in places]
        made = flips_and_inversions(many, _generator(seed), grains, flips, LEVEL)
        found |= dict(zip(places, made, strict=True))
    return found


def _generator(seed: int | tuple[int, ...], *purpose: int) -> Generator:
    return np.random.default_rng([*(seed if isinstance(seed, tuple) else (seed,)), *purpose])


def _comparison(paired: Paired, options: Options, flipped: Flipped) -> Comparison:
    right = binary_fields.top(paired) if options.kind in (None, "binary") else None
    clustered = paired.sums.n_clusters < paired.sums.n
    kind: Kind = options.kind or ("binary" if right else fields.seen(paired))
    made = robust(paired.sums)
    columns: dict[str, Any] = {
        "kind": kind,
        "clustered": clustered,
        **fields.described(paired, kind),
        **fields.errors(made),
        **fields.flips(*flipped),
        "ci95_bootstrap_t": _bootstrapped(paired, options),
        **binary_fields.fields(paired, right),
        **fields.equivalences(made, options),
        "primary": "signflip" if right is None or clustered else "mcnemar",
        "discordant": None,
        "refused": None,
        "alpha": options.alpha,
        "seed": options.seed,
    }
    found = Comparison(**{name: _defined(value) for name, value in columns.items()})
    reason = _reason(found)
    if reason is not None:
        some = found.tied < found.n and found.n_clusters >= LEAST_CLUSTERS
        return untested(found, reason, intervals=some)
    return replace(found, discordant=_discordant(found))


def _bootstrapped(paired: Paired, options: Options) -> Interval | None:
    if paired.sums.n_clusters >= FEW or not abs(skewness(paired.sums)) > SKEWED:
        return None
    found = bootstrap_t(paired.sums, _generator(options.seed, 1), options.draws, LEVEL)
    return found if math.isfinite(found.high) else None  # too many resamples without any spread


def _reason(found: Comparison) -> str | None:
    """Why nothing can be tested; None: it can."""
    unit = "cluster" if found.clustered else "item"
    units = f"{unit}s"
    if found.tied == found.n:
        items = "the only item" if found.n == 1 else f"all {found.n:,} items"
        return f"the two models' scores are identical on {items}"
    if found.n_clusters < LEAST_CLUSTERS:
        few = number_format.counted(found.n_clusters, f"{unit} is", f"{units} are")
        return f"{few} too few for a test or an interval"
    if found.n_informative < LEAST_INFORMATIVE:
        return (
            f"the models differ in {found.n_informative} of {found.n_clusters} {units} only; with "
            f"fewer than {LEAST_INFORMATIVE} no data could reject (the smallest p would be "
            f"{number_format.p_value(found.min_attainable_p).lstrip('= ')})"
        )
    if found.interval is None:
        return f"the difference is the same in all {units}, so its error cannot be estimated"
    return None


def _discordant(found: Comparison) -> bool:
    assert found.p is not None
    return (found.p <= 1 - LEVEL) != excludes_zero(found.interval)


def _defined(value: Any) -> Any:
    """None in the place of nan, alone or in an interval."""
    ends = value if isinstance(value, tuple) else (value,)
    undefined = any(isinstance(end, float) and math.isnan(end) for end in ends)
    return None if undefined else value
