"""Rows of the numeric tables from the results of a study."""

from collections.abc import Iterator, Sequence

from analysis.paired_study.numeric_rows import (
    ModeratorRow,
    PooledPair,
    ReplicationRow,
    ScoreOfModel,
    SensitivityRow,
    ShrunkenRow,
)
from analysis.paired_study.results import PromptResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.standings import Standing
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate


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


def scores_of_models(standings: Sequence[Standing]) -> Iterator[ScoreOfModel]:
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
