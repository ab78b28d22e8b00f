"""Sentences about all pairs together, and the line about a pair."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.meta.csv_input import Estimates
from analysis.meta.meta_analysis import MetaAnalysis, meta_analysis
from analysis.paired_study.pooled import LevelDifferences
from analysis.sentences.pair import JudgedScore, pair_line
from analysis.sentences.pooled import answer
from analysis.stats.battery import battery
from analysis.stats.weighted_sums import Estimate
from benchmarks.calibration.pairs import FAMILIES, RECIPES, SAMPLING
from tests.analysis.sentences.test_verdict import compared
from tests.analysis.stats.test_battery import table

Y = np.array([-3.0, -2.0, -5.0, 1.0, -1.0, -2.5, -4.0, -6.0, 0.5, -3.0, -2.0, -7.0])
SES = np.sqrt(np.diag(SAMPLING))


def analysed(recipes: tuple[str, ...] | None) -> MetaAnalysis:
    return meta_analysis(Estimates(Y, SAMPLING, FAMILIES, recipes))


def test_without_recipes_the_families_lead() -> None:
    lines = answer("overall", analysed(None))
    assert "12 pairs in 7 families" in lines[0]
    assert not any("ecipe" in line for line in lines)
    assert lines[-1].startswith("The mean of exactly these pairs says how these models changed")


def test_recipes_with_few_degrees_of_freedom_are_a_caution() -> None:
    lines = answer("overall", analysed(RECIPES))
    (caution,) = [line for line in lines if line.startswith("Training recipes recur")]
    assert "12 pairs in 7 families" in lines[0]
    assert "too short if recipes matter. With recipes: mean " in caution
    assert "4 groups that share neither base nor recipe" in caution
    assert "too few for the main result)" in caution


def test_recipes_with_enough_degrees_of_freedom_lead() -> None:
    meta = analysed(RECIPES)
    assert meta.crossed is not None
    meta = replace(meta, crossed=replace(meta.crossed, df=3.5))
    lines = answer("overall", meta)
    assert "12 pairs in 4 groups of bases and recipes, 3.5 degrees of freedom" in lines[0]
    assert any(line.startswith("By families of bases alone: 95 % CI ") for line in lines)


def test_the_pair_that_moves_the_mean_is_named() -> None:
    pairs = LevelDifferences(
        tuple(f"model{n} - base" for n in range(12)),
        FAMILIES,
        RECIPES,
        tuple(Estimate(float(y), float(se), 50.0) for y, se in zip(Y, SES, strict=True)),
        SAMPLING,
    )
    influential = pairs.answer().influential
    assert influential is not None
    moves = [abs(np.delete(Y, n).mean() - Y.mean()) for n in range(12)]
    most = int(np.argmax(moves))
    assert influential.tuned == f"model{most}"
    assert influential.mean.delta == pytest.approx(np.delete(Y, most).mean())
    rest = np.delete(np.delete(SAMPLING, most, 0), most, 1)
    assert influential.mean.se == pytest.approx(np.sqrt(rest.sum()) / 11)
    (line,) = [line for line in pairs.answer().sentences("overall") if "exactly these 12" in line]
    assert f"Without {influential.tuned}, which changes it most, it is " in line


def test_the_two_means_are_explained_once() -> None:
    explained = [
        line
        for level in ("overall", "level1", "level2")
        for line in answer(level, analysed(None))
        if "other patients" in line
    ]
    assert len(explained) == 1


def test_the_line_of_a_pair_has_every_score_once() -> None:
    scores = [
        JudgedScore("level1", "decline"),
        JudgedScore("mednli", "decline"),
        JudgedScore("meqsum", "gain"),
        JudgedScore("longhealth", "inconclusive"),
        JudgedScore("medisumqa", "untestable"),
        JudgedScore("medisumcode", "equivalent"),
    ]
    assert pair_line("t - b", (compared(c=10, b=40), 0.012), scores) == (
        "t - b: overall −7.50 points (95 % CI −11.14 to −4.22; Holm p = .012); lower on Level 1, "
        "MedNLI; higher on MeQSum; equivalent on MeDiSumCode; open on LongHealth; not tested on "
        "MeDiSumQA."
    )


def test_an_overall_score_that_is_not_tested_has_no_interval() -> None:
    comparison = battery(table(20, 0, 0, 20))
    line = pair_line("t - b", (comparison, None), [])
    assert line == "t - b: overall 0.00 points."
