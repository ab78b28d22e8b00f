"""A meta-analysis as lines of text."""

from collections.abc import Iterator
from math import isfinite

from analysis.meta.classical import PooledMean
from analysis.meta.meta_analysis import MetaAnalysis, TwoLevelAnalyses
from analysis.number_format import (
    DF,
    NONE,
    decimals,
    interval,
    number,
    p_cell,
    percent,
    significant,
)
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


def _decimals(meta: MetaAnalysis) -> int:
    """Decimals of all means, errors and intervals: three digits of the smallest error."""
    errors = (meta.fixed_set.se, meta.random_effects.robust.se)
    return decimals(min((se for se in errors if isfinite(se) and se > 0), default=None), 3)


def _table(meta: MetaAnalysis) -> Iterator[str]:
    digits = _decimals(meta)
    robust = meta.random_effects.robust
    if meta.crossed and meta.crossed.refused is None:
        yield _pooled_row("REML with recipes, CR2 by group", meta.crossed.robust, digits)
    if meta.by_family:
        yield _pooled_row("REML, CR2 by family", robust, digits)
        yield _row("plain mean of family means", meta.by_family.mean, digits)
    if meta.two_level:
        yield from _two_level(meta.two_level, robust, digits)
    yield _row("mean of exactly these", meta.fixed_set, digits)


def _two_level(analyses: TwoLevelAnalyses, robust: PooledMean, digits: int) -> Iterator[str]:
    yield _pooled_row("REML, normal", analyses.reml, digits)
    yield _pooled_row("REML, CR2", robust, digits)
    yield _pooled_row("REML, Hartung-Knapp", analyses.hartung_knapp, digits)
    yield _pooled_row("DerSimonian-Laird, normal", analyses.dersimonian_laird, digits)


def _pooled_row(name: str, mean: PooledMean, digits: int) -> str:
    return _row(name, Estimate(mean.mu, mean.se, mean.df), digits, mean.pi95)


def _row(name: str, estimate: Estimate, digits: int, pi95: Interval | None = None) -> str:
    df = number(estimate.df, DF) if isfinite(estimate.df) else ""
    p = p_cell(estimate.p if isfinite(estimate.p) else None)
    return (
        f"{name:32}{number(estimate.delta, digits):>10}{_error(estimate.se, digits):>10}{df:>7}  "
        f"{_interval(estimate.interval(), digits):22}{_interval(pi95, digits):22}{p:>8}"
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


def _error(se: float, digits: int) -> str:
    return number(se, digits) if isfinite(se) else NONE


def _interval(limits: Interval | None, digits: int) -> str:
    if limits is None or not all(map(isfinite, limits)):
        return ""
    return interval(limits, digits)
