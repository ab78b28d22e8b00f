"""Sampled answers: the share of sampling in each difference's error, and each model's votes.

Differences and their errors are those of cells.csv: draws are averaged first. Nothing is tested.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.paired_study.decoding import Decoding
from analysis.paired_study.draw_rows import DrawRow, SampledScore
from analysis.paired_study.draw_votes import closed_scores
from analysis.paired_study.presentations import Presentations, presentations
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.testing import TestedSeries
from analysis.stats.draw_variance import DrawVariance, draw_variance
from clue.metrics.draws import ClosedDraws


def draw_rows(tested: Iterable[TestedSeries]) -> list[DrawRow]:
    """Rows of all pairs and task scores of which a model has several draws, sorted.

    Args:
        tested: all series of a prompt setting.
    """
    rows = [
        DrawRow(ScoreKey.of(series.source.key), _score(series))
        for series in tested
        if series.is_primary_part and has_draws(series.source.aligned)
    ]
    return sorted(rows, key=lambda row: row.key)


def has_draws(tasks: Sequence[AlignedPair]) -> bool:
    """True if a model has several draws of a prompt of one of the tasks."""
    return any(cell.columns.draws > 1 for task in tasks for cell in task.cells)


def _score(series: TestedSeries) -> SampledScore:
    tasks, comparison = series.source.aligned, series.result.comparison
    base, tuned = (Decoding.of(cell) for cell in tasks[0].cells)
    answers = presentations(tasks)
    blank = SampledScore(
        marks=series.result.data.marks,
        draws=int(np.bincount(answers.prompts).max(initial=0)),
        draws_base=max(task.match.base.columns.draws for task in tasks),
        draws_tuned=max(task.match.tuned.columns.draws for task in tasks),
        decoding_base=base.in_words,
        decoding_tuned=tuned.in_words,
        coupled=base.shares_noise(tuned),
        n=comparison.n,
        mean_base=comparison.mean_base,
        mean_tuned=comparison.mean_tuned,
    )
    if blank.draws > 1:
        blank = replace(blank, **_votes(tasks))
    if comparison.refused is not None:
        return replace(blank, refused=comparison.refused)
    if blank.draws < 2:
        return replace(blank, refused="the models have one draw in common")
    if not comparison.se_cr2:
        return replace(blank, refused="the difference is the same on all items")
    variance = _variance(answers, blank, comparison.se_cr2)
    return replace(blank, **_fields(variance)) if variance else blank


def _variance(answers: Presentations, row: SampledScore, se: float) -> DrawVariance | None:
    """Split of the squared error; None if no prompt has two draws."""
    series = [answers.differences] if row.coupled else [answers.base, answers.tuned]
    return draw_variance(series, answers.prompts, answers.weights, se)


def _fields(variance: DrawVariance) -> dict[str, Any]:
    return {
        "sd_draws": variance.within**0.5,
        "share": variance.share,
        "se": variance.variance**0.5,
        "se_one_draw": variance.error(1),
        "se_many_draws": variance.error(float("inf")),
        "draws_enough": variance.enough(),
    }


def _votes(tasks: Sequence[AlignedPair]) -> dict[str, Any]:
    """Votes and pass rates of both models, in points; empty if the score is not right or wrong."""
    sides = {
        "base": closed_scores([(task.match.base, task.alignment.base.rows) for task in tasks]),
        "tuned": closed_scores([(task.match.tuned, task.alignment.tuned.rows) for task in tasks]),
    }
    fields: dict[str, Any] = {}
    for role, closed in sides.items():
        if closed is not None:
            fields |= _in_points(role, closed)
    return fields


def _in_points(role: str, closed: ClosedDraws) -> dict[str, Any]:
    names = ("vote", "pass_at", "pass_all")
    return {f"{name}_{role}": 100 * getattr(closed, name) for name in names}
