"""Two pairs against each other: the difference of their differences, on request.

`contrasts=[first:second]` names the pairs by their biomedical models, or in full as
`tuned - base`. Items, base runs and patients that they share are in the joint covariance. With one
base, it is the difference between the two biomedical models.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from analysis.paired_study.levels import DatasetComparison, Levels, Weights
from analysis.stats.battery import LEAST_CLUSTERS
from analysis.stats.multiplicity import holm
from analysis.stats.paired import Interval
from clue.errors import ConfigError
from clue.marks import Marks, union


@dataclass(frozen=True, order=True)
class ContrastKey:
    """Identifies a score of two pairs."""

    prompt: str
    """Prompt setting of all cells."""
    first: str
    """First pair."""
    second: str
    """Pair that it is compared with."""
    scope: Literal["task", "level"]
    """`task`: score of a data set; `level`: Level 1, Level 2, overall."""
    task: str
    """Data set or level."""


@dataclass(frozen=True)
class Contrast:
    """Difference of the first pair minus difference of the second, in points."""

    marks: Marks
    """Marks of the cells of both pairs."""
    delta_first: float | None = None
    """Difference of the first pair, tuned minus base."""
    delta_second: float | None = None
    """Difference of the second pair."""
    delta: float | None = None
    """`delta_first` minus `delta_second`."""
    se_cr2: float | None = None
    """Cluster-robust standard error of `delta`, from the joint covariance."""
    df: float | None = None
    """Degrees of freedom of `se_cr2`, by Welch and Satterthwaite."""
    ci95: Interval | None = None
    """95 % t interval of `delta`."""
    p: float | None = None
    """Two-sided t-test, unadjusted."""
    p_adjusted: float | None = None
    """`p` adjusted by Holm over all requested contrasts of the prompt setting."""
    hypotheses: int = 0
    """Number of these tests."""
    refused: str | None = None
    """Reason why nothing is tested."""


class ContrastRow(NamedTuple):
    """One line of contrasts.csv."""

    key: ContrastKey
    contrast: Contrast


def requested_pairs(requests: Sequence[str], pairs: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs that requests name.

    Args:
        requests: `first:second`.
        pairs: names of all pairs, `tuned - base`.

    Raises:
        ConfigError: a request does not name two pairs of the study.

    >>> requested_pairs(["a:b"], ["a - base", "b - base"])
    [('a - base', 'b - base')]
    """
    return [_requested(request, pairs) for request in requests]


def contrasts(
    prompt: str,
    requested: Sequence[tuple[str, str]],
    levels: Levels,
    weights: Mapping[str, Weights],
    marks: Mapping[str, Marks],
) -> list[ContrastRow]:
    """Requested contrasts on every data set and level that one of the two pairs has.

    Args:
        prompt: the prompt setting.
        requested: names of the pairs of each contrast.
        levels: data-set scores of all pairs.
        weights: level to weights of data sets.
        marks: pair to the marks of its cells.
    """
    rows = [
        row
        for first, second in requested
        for row in _of_pairs(ContrastKey(prompt, first, second, "task", ""), levels, weights, marks)
    ]
    raw = [float("nan") if row.contrast.p is None else row.contrast.p for row in rows]
    adjusted: Sequence[float] = holm(raw).tolist() if rows else []
    return [
        ContrastRow(
            row.key,
            replace(
                row.contrast,
                p_adjusted=None if row.contrast.p is None else p,
                hypotheses=len(rows),
            ),
        )
        for row, p in zip(rows, adjusted, strict=True)
    ]


def _requested(request: str, pairs: Sequence[str]) -> tuple[str, str]:
    names = request.split(":")
    chosen = [
        [pair for pair in pairs if name.strip() in (pair, pair.partition(" - ")[0])]
        for name in names
    ]
    if len(names) != 2 or any(len(found) != 1 for found in chosen) or chosen[0] == chosen[1]:
        raise ConfigError(
            f"contrasts=[{request}] does not name two pairs of the study: write first:second with "
            f"two of {', '.join(pairs)}"
        )
    return chosen[0][0], chosen[1][0]


def _of_pairs(
    key: ContrastKey,
    levels: Levels,
    weights: Mapping[str, Weights],
    marks: Mapping[str, Marks],
) -> Iterator[ContrastRow]:
    members = {
        pair: {one.unit.score: one for one in levels.comparisons if one.unit.pair == pair}
        for pair in (key.first, key.second)
    }
    both = union(*(marks.get(pair, ()) for pair in members))
    datasets = sorted({name for scores in members.values() for name in scores})
    for dataset in datasets:
        contrast = _contrast(members, levels, {dataset: 1.0})
        yield ContrastRow(replace(key, task=dataset), replace(contrast, marks=both))
    for level, parts in weights.items():
        if set(parts) <= set(datasets):
            contrast = _contrast(members, levels, parts)
            yield ContrastRow(
                replace(key, scope="level", task=level), replace(contrast, marks=both)
            )


def _contrast(
    members: Mapping[str, Mapping[str, DatasetComparison]], levels: Levels, weights: Weights
) -> Contrast:
    for pair, scores in members.items():
        if not set(weights) <= set(scores):
            return Contrast((), refused=f"{pair} has no such score")
        clusters = min(scores[name].comparison.n_clusters for name in weights)
        if clusters < LEAST_CLUSTERS:
            return Contrast((), refused=f"{clusters} clusters are too few for a test")
    first, second = members
    estimate = levels.contrast(first, second, weights)
    deltas = {pair: levels.estimate(pair, weights).delta for pair in members}
    contrast = Contrast((), deltas[first], deltas[second], estimate.delta)
    if not estimate.se > 0:
        return replace(contrast, refused="the pairs differ by the same amount in all clusters")
    return replace(
        contrast,
        se_cr2=estimate.se,
        df=estimate.df,
        ci95=estimate.interval(),
        p=estimate.p,
    )
