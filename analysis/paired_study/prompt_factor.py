"""Prompts as a random factor: every pair and task score over a population of prompts.

All of it is exploratory. The p-values for prompts like these are adjusted together, over the rows
of a prompt setting, by Benjamini and Hochberg.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.paired_study.prompt_factor_rows import (
    PromptFactor,
    PromptFactorResults,
    PromptFactorRow,
    SinglePrompt,
    SinglePromptKey,
    SinglePromptRow,
)
from analysis.paired_study.prompt_population import Facets, asked_population, prompt_facets
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.testing import TestedSeries
from analysis.pairing.prompt_comparison import PromptComparison, compare_prompts
from analysis.sentences.prompt_factor import PromptLabels, prompt_claim, prompt_sentence
from analysis.settings import AnalysisConf
from analysis.stats.best_prompt import BestPrompts
from analysis.stats.multiplicity import benjamini_hochberg
from analysis.stats.paired import Interval
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.random_prompts import PromptDifference
from analysis.stats.weighted_sums import Estimate
from clue.marks import Marks
from clue.task.population import PromptForm

FACETS = (*PromptForm._fields, "kind", "origin", "by")
"""Fields of a single prompt that the tables record."""


@dataclass(frozen=True)
class _Score:
    """A task score of a pair, analysed over its prompts but not yet adjusted."""

    series: TestedSeries
    cells: PromptCells
    compared: PromptComparison

    @property
    def key(self) -> ScoreKey:
        return ScoreKey.of(self.series.source.key)

    @property
    def marks(self) -> Marks:
        return self.series.result.data.marks

    @property
    def p(self) -> float | None:
        """Of the difference over prompts like these; None: not tested."""
        random = self.compared.analysis.random
        if random is None or self.compared.refused is not None:
            return None
        return _number(random.p)


def prompt_factor(
    tested: Iterable[TestedSeries],
    scores: Mapping[tuple[str, str], PromptCells],
    conf: AnalysisConf,
) -> PromptFactorResults:
    """Analyses every task score that has several prompts.

    Args:
        tested: all series of a prompt setting.
        scores: pair and score to the scores by item and prompt.
        conf: with alpha and the wanted error.
    """
    analysed = []
    for series in tested:
        cells = scores.get((series.source.key.pair, series.source.key.task))
        if cells is not None and series.is_primary_part:
            wanted = conf.prompt_error or series.source.margin / 2
            refused = series.result.comparison.refused
            analysed.append(_Score(series, cells, compare_prompts(cells, refused, wanted)))
    analysed.sort(key=lambda one: one.key)
    raw = [float("nan") if one.p is None else one.p for one in analysed]
    adjusted: Sequence[float] = benjamini_hochberg(raw).tolist() if raw else []
    rows = [
        PromptFactorRow(one.key, _row(one, _number(q), conf.study.alpha))
        for one, q in zip(analysed, adjusted, strict=True)
    ]
    singles = [row for one in analysed for row in _singles(one)]
    populations = {
        population.task: population
        for population in (
            asked_population(one.key.task, one.series.source.aligned, one.cells) for one in analysed
        )
    }
    in_order = sorted(singles, key=lambda row: row.key)
    return PromptFactorResults(rows, in_order, [populations[name] for name in sorted(populations)])


def with_one_prompt(
    results: PromptFactorResults, name: str, one_prompt: Sequence[ResultRow]
) -> PromptFactorResults:
    """Adds the difference under a prompt setting that has one prompt.

    Args:
        results: of a setting with a population.
        name: of the other setting.
        one_prompt: its rows.
    """
    looked_up = {
        (row.key.pair, row.key.task): row.comparison
        for row in one_prompt
        if row.key.scope == "task" and row.key.analysis == PRIMARY
    }
    rows = []
    for key, factor in results.rows:
        other = looked_up.get((key.pair, key.task))
        if other is not None:
            factor = replace(
                factor,
                one_prompt=name,
                one_prompt_delta=other.delta,
                one_prompt_ci95=other.interval,
            )
        rows.append(PromptFactorRow(key, factor))
    return replace(results, rows=rows)


def _row(score: _Score, q: float | None, alpha: float) -> PromptFactor:
    analysis, refused = score.compared.analysis, score.compared.refused
    key = score.key
    labels = PromptLabels(key.base, key.tuned, key.task, score.marks)
    claimed = prompt_claim(analysis, q, alpha)
    blank = PromptFactor(
        marks=score.marks,
        design=analysis.design,
        n_prompts=analysis.n_prompts,
        n=len(set(score.cells.items)),
        n_clusters=len(score.cells.cluster_names),
        n_cells=len(score.cells.items),
        delta=analysis.fixed.delta,
        gains=analysis.gains,
        claim=claimed,
        sentence=prompt_sentence(analysis, labels, claimed, q, refused),
        refused=refused,
    )
    if refused is not None:
        return blank
    differences = [one.robust.delta for one in analysis.by_prompt]
    return replace(
        blank,
        q_random=q,
        range=differences[-1] - differences[0],
        **_line(analysis.fixed, "fixed"),
        **(_line(analysis.random, "random") if analysis.random else {}),
        **_between(score.compared),
        **(_best(score.compared.best) if score.compared.best else {}),
    )


def _between(compared: PromptComparison) -> dict[str, Any]:
    """Fields on the variance between prompts."""
    parts = compared.analysis.components
    if parts is None or compared.share is None:
        return {}
    return {
        "sd_prompts": parts.sd,
        "prediction95": compared.analysis.prediction,
        "share_better": compared.share.estimate,
        "share_better_ci95": compared.share.ci95,
        "wanted_error": compared.wanted_error,
        "prompts_needed": compared.prompts_for_wanted_error,
    }


def _line(estimate: Estimate, name: str) -> dict[str, Any]:
    return {
        f"se_{name}": _number(estimate.se),
        f"df_{name}": _number(estimate.df),
        f"ci95_{name}": _interval(estimate),
        f"p_{name}": _number(estimate.p),
    }


def _best(best: BestPrompts) -> dict[str, Any]:
    return {
        "best_delta": best.estimate.delta,
        "best_se": _number(best.estimate.se),
        "best_ci95": _interval(best.estimate),
        "best_base": ", ".join(str(int(name)) for name in best.base),
        "best_tuned": ", ".join(str(int(name)) for name in best.tuned),
    }


def _singles(score: _Score) -> list[SinglePromptRow]:
    facets = prompt_facets(score.series.source.aligned)
    return [_single(score, one, facets) for one in score.compared.analysis.by_prompt]


def _single(score: _Score, one: PromptDifference, facets: Sequence[Facets]) -> SinglePromptRow:
    number, estimate = int(one.prompt), Estimate.of(one.robust)
    of_prompt = facets[number] if number < len(facets) else {}
    single = SinglePrompt(
        score.marks,
        one.robust.n,
        one.robust.n_clusters,
        estimate.delta,
        _number(estimate.se),
        _number(estimate.df),
        _interval(estimate),
        **{name: value for name, value in of_prompt.items() if name in FACETS},
    )
    return SinglePromptRow(SinglePromptKey.of(score.series.source.key, number), single)


def _interval(estimate: Estimate) -> Interval | None:
    return estimate.interval() if estimate.se > 0 else None


def _number(value: float) -> float | None:
    return None if value != value else value  # nan: it is undefined
