"""A meta-analysis as lines of text."""

from collections.abc import Iterator
from math import isfinite

from analysis.meta.classical import PooledMean
from analysis.meta.meta_analysis import MetaAnalysis, TwoLevelAnalyses
from analysis.number_format import DF, NONE, number, p_cell, percent, significant
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate
from clue.common.plural import counted

COLUMNS = (
    f"{'':32}{'mean':>10}{'SE':>10}{'df':>7}  {'95 % interval':22}{'95 % prediction':22}{'p':>8}"
)


def lines(meta: MetaAnalysis) -> list[str]:
    """A table of the means, then heterogeneity, refusal and warnings."""
    return [_opening(meta), "", COLUMNS, *_table(meta), "", *_notes(meta)]


def _opening(meta: MetaAnalysis) -> str:
    estimates = counted(meta.random_effects.n_pairs, "estimate")
    if not meta.has_families:
        return f"{estimates}, independent of each other except for their covariance"
    return f"{estimates} in {counted(meta.random_effects.n_families, 'family', 'families')}"


def _table(meta: MetaAnalysis) -> Iterator[str]:
    robust = meta.random_effects.robust
    if meta.crossed and meta.crossed.refused is None:
        yield _pooled_row("REML with recipes, CR2 by group", meta.crossed.robust)
    if meta.by_family:
        yield _pooled_row("REML, CR2 by family", robust)
        yield _row("plain mean of family means", meta.by_family.mean)
    if meta.two_level:
        yield from _two_level(meta.two_level, robust)
    yield _row("mean of exactly these", meta.fixed_set)


def _two_level(analyses: TwoLevelAnalyses, robust: PooledMean) -> Iterator[str]:
    yield _pooled_row("REML, normal", analyses.reml)
    yield _pooled_row("REML, CR2", robust)
    yield _pooled_row("REML, Hartung-Knapp", analyses.hartung_knapp)
    yield _pooled_row("DerSimonian-Laird, normal", analyses.dersimonian_laird)


def _pooled_row(name: str, mean: PooledMean) -> str:
    return _row(name, Estimate(mean.mu, mean.se, mean.df), mean.pi95)


def _row(name: str, estimate: Estimate, pi95: Interval | None = None) -> str:
    df = number(estimate.df, DF) if isfinite(estimate.df) else ""
    p = p_cell(estimate.p if isfinite(estimate.p) else None)
    return (
        f"{name:32}{_number(estimate.delta):>10}{_number(estimate.se):>10}{df:>7}  "
        f"{_interval(estimate.interval()):22}{_interval(pi95):22}{p:>8}"
    ).rstrip()


def _notes(meta: MetaAnalysis) -> Iterator[str]:
    population = meta.random_effects
    yield f"Cochran's Q {_number(meta.q)} for {counted(population.n_pairs, 'estimate')}"
    if meta.i2 is not None:
        parts = [f"tau2 {_number(population.tau2)}"]
        if population.tau2_family is not None:
            parts.append(f"between families {_number(population.tau2_family)}")
            parts.append(f"between pairs {_number(population.tau2_pair)}")
        yield ", ".join([*parts, f"I2 {percent(100 * meta.i2)} %"])
    if meta.by_family and meta.by_family.leave_one_out:
        means = meta.by_family.leave_one_out.values()
        yield f"mean without one family: {_number(min(means))} to {_number(max(means))}"
    if meta.off_diagonal_share:
        yield f"share of covariances in the error: {percent(100 * meta.off_diagonal_share)} %"
    if population.refused is not None:
        yield f"no mean of a population: {population.refused}"
    yield from (f"warning: {warning}" for warning in population.warnings)
    if meta.crossed and meta.crossed.refused is None:
        groups = counted(meta.crossed.n_families, "group")
        between = _number(meta.crossed.tau2_recipe)
        yield f"with recipes: {groups} that share neither, tau2 between recipes {between}"
    elif meta.crossed:
        yield f"no mean with recipes: {meta.crossed.refused}"


def _number(value: float | None) -> str:
    return NONE if value is None or not isfinite(value) else significant(value, 5)


def _interval(interval: Interval | None) -> str:
    if interval is None or not all(map(isfinite, interval)):
        return ""
    return f"{_number(interval.low)} to {_number(interval.high)}"
