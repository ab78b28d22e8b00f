"""Rows of the numeric tables beside tables of the report whose cells are text for people.

`tables/<name>.csv` of the report is formatted; `tables/<name>_numeric.csv` has a column per number,
with all digits. Tables that are missing here show rows of the tables of the study (`cells.csv` and
the others beside it), which are numeric already.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from analysis.paired_study.results import PromptResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.standings import Standing
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate


@dataclass(frozen=True)
class PooledPair:
    """A pair as a row of a meta-analysis."""

    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    score: str
    """Level or overall score; of all levels that some pair has, the most comprehensive one."""
    estimate: float
    """Difference, tuned minus base, in points."""
    variance: float
    """Square of its standard error; `pairs_covariance.csv` has all covariances, in this order."""
    df: float
    """Degrees of freedom of the standard error."""
    family: str
    """Family of base models."""
    recipe: str
    """Training recipe; the pair itself, if no other pair was trained by it."""


@dataclass(frozen=True)
class ScoreOfModel:
    """A score of a single model."""

    model: str
    """Model."""
    score: str
    """Task, data set or level."""
    estimate: float
    """Score in points."""
    se: float
    """Cluster-robust standard error; empty if it cannot be estimated."""
    df: float
    """Degrees of freedom of `se`."""
    ci95: Interval | None
    """95 % interval."""
    n: int
    """Items."""
    n_clusters: int
    """Clusters of items."""
    first_rank: int | None
    """First rank of the rank set; empty: the model has none."""
    last_rank: int | None
    """Last rank of the rank set."""


@dataclass(frozen=True)
class ShrunkenRow:
    """A difference before and after shrinkage; exploratory."""

    pair: str
    """Pair."""
    task: str
    """Task, or data set if its tasks are averaged."""
    raw: float
    """Difference before shrinkage, in points."""
    mean: float
    """Posterior mean of the difference, in points."""
    interval95: Interval | None
    """95 % posterior interval."""
    margin: float | None
    """Declared margin."""
    p_decline: float | None
    """Posterior probability of a decline beyond the margin."""


@dataclass(frozen=True)
class SensitivityRow:
    """Both means of the pairs under one analysis."""

    analysis: str
    """`primary`, or the sensitivity analysis."""
    score: str
    """Level."""
    pairs: int
    """Number of pairs."""
    pooled: float | None
    """Mean for pairs of this kind, in points; empty: refused."""
    pooled_ci95: Interval | None
    """95 % interval of `pooled`."""
    these: float
    """Mean of exactly these pairs, in points."""
    these_ci95: Interval | None
    """95 % interval of `these`."""


@dataclass(frozen=True)
class ModeratorRow:
    """Mean of the pairs of one kind; exploratory."""

    score: str
    """Level, or contrast of two levels."""
    moderator: str
    """Property of pairs."""
    kind: str
    """Value of the property."""
    pairs: int
    """Pairs of that kind."""
    mean: float
    """Mean of exactly these pairs, in points."""
    mean_ci95: Interval | None
    """95 % interval of `mean`."""
    against_others: float | None
    """Their mean minus that of the other pairs; empty: refused."""
    against_others_ci95: Interval | None
    """95 % interval of `against_others`."""


@dataclass(frozen=True)
class ReplicationRow:
    """Lower bounds of the number of real declines or gains."""

    of: str
    """Pair or task."""
    over: str
    """Unit of counting: `tasks` or `pairs`."""
    direction: str
    """`decline` or `gain`."""
    n: int
    """Tests."""
    confirmed: int
    """Changes that Holm's correction of the whole family leaves."""
    at_least: int
    """Bound of this line by itself, Bonferroni."""
    at_least_fisher: int | None
    """Bound by Fisher's combination; empty where tests may depend on each other."""


@dataclass(frozen=True)
class FailureRow:
    """Share of answers with one kind of failure."""

    pair: str
    """Pair."""
    task: str
    """Task."""
    kind: str
    """Flag of the records."""
    base_percent: float | None
    """Percentage of the base's answers; empty: it does not record the flag."""
    tuned_percent: float | None
    """Percentage of the biomedical model's answers."""


@dataclass(frozen=True)
class PublishedRow:
    """A score beside the published score of the same model."""

    model: str
    """Model."""
    task: str
    """Task."""
    metric: str
    """Metric."""
    ours: float
    """Score in points."""
    ci95: Interval | None
    """95 % interval of `ours`; empty with a single cluster."""
    published: float
    """Published score in points."""


class NumericRow(NamedTuple):
    """A row of one of these tables."""

    row: object


def pooled_pairs(setting: PromptResults, level: str) -> Iterator[PooledPair]:
    """Yields the pairs of a level as they are pooled; nothing if it is not."""
    answer = setting.answers.get(level)
    if answer is None:
        return
    differences = answer.differences
    for index, pair in enumerate(differences.pairs):
        tuned, _, base = pair.partition(" - ")
        estimate = differences.estimates[index]
        yield PooledPair(
            tuned,
            base,
            level,
            float(differences.y[index]),
            float(differences.covariance[index, index]),
            estimate.df,
            differences.families[index],
            differences.recipes[index],
        )


def scores_of_models(standings: list[Standing]) -> Iterator[ScoreOfModel]:
    """Yields every score of every model."""
    for standing in standings:
        for name, score in standing.scores.items():
            first, last = score.rank_set or (None, None)
            yield ScoreOfModel(
                standing.model,
                name,
                score.estimate.delta,
                score.estimate.se,
                score.estimate.df,
                _interval(score.estimate),
                score.n,
                score.n_clusters,
                first,
                last,
            )


def shrunken_rows(setting: PromptResults) -> Iterator[ShrunkenRow]:
    """Yields the cells of the shrunken study."""
    for cell in setting.shrinkage.cells if setting.shrinkage else ():
        yield ShrunkenRow(
            *(cell.pair, cell.task, cell.raw, cell.mean),
            *(cell.interval, cell.margin, cell.p_decline),
        )


def sensitivity_rows(setting: PromptResults, level: str) -> Iterator[SensitivityRow]:
    """Yields the means of a level under every analysis."""
    answers = {name: of_levels.get(level) for name, of_levels in setting.sensitivity.items()}
    primary = setting.answers.get(level)
    means = [(PRIMARY, primary.meta)] if primary else []
    for name, answer in [*means, *answers.items()]:
        if answer is not None:
            population, these = answer.random_effects, answer.fixed_set
            is_refused = population.refused is not None
            yield SensitivityRow(
                *(name, level, population.n_pairs),
                None if is_refused else population.mu,
                None if is_refused else population.ci95,
                these.delta,
                _interval(these),
            )


def moderator_rows(setting: PromptResults) -> Iterator[ModeratorRow]:
    """Yields the kinds of pairs."""
    for effect in setting.moderators:
        others = effect.against_others
        yield ModeratorRow(
            *(effect.level, effect.moderator, effect.kind, len(effect.pairs)),
            *(effect.mean.delta, _interval(effect.mean)),
            None if others is None else others.delta,
            None if others is None else _interval(others),
        )


def replication_rows(setting: PromptResults) -> Iterator[ReplicationRow]:
    """Yields all bounds, also of lines that the report leaves out."""
    for one in setting.replications:
        yield ReplicationRow(
            *(one.of, one.over, one.direction, one.n),
            *(one.confirmed, one.at_least, one.at_least_fisher),
        )


def _interval(estimate: Estimate) -> Interval | None:
    return estimate.interval() if estimate.se > 0 else None
