"""Prompts as a random factor in a study: a planted spread, missing answers, one prompt."""

from pathlib import Path

import numpy as np
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.prompt_factor_rows import PromptFactor
from analysis.paired_study.results import PromptResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.summary import limits, summary
from benchmarks.found_study import found_study
from clue.records import Record
from tests.analysis.paired_study.conftest import PROMPT_PAIRS, PROMPT_PLAN, PROMPT_SD, quick
from tests.analysis.paired_study.stores import cell, record

ITEMS, PROMPTS = 16, 4


def answers(tuned: bool, prompts: int = PROMPTS, first: int = 0) -> list[Record]:
    """Every item under every prompt; the tuned model gains by a prompt's number."""
    rng = np.random.default_rng(int(tuned))
    return [
        record(
            f"s{item:02}",
            {"accuracy": round(0.3 + tuned * 0.1 * wording + 0.1 * rng.random(), 6)},
            cluster=f"c{item // 2}",
            prompt=f"{item}/{wording}",
            wording=wording,
        )
        for item in range(ITEMS)
        for wording in range(first, first + prompts)
    ]


def setting(store: Path, base: list[Record], tuned: list[Record], **facts: object) -> PromptResults:
    """The only prompt setting of a store with one pair on MedNLI."""
    cell(store, "b", "mednli", base, access="open", **facts)
    cell(store, "t", "mednli", tuned, base="b", access="open", **facts)
    (only,) = run(found_study(store), quick(sensitivity=False)).settings
    return only


def only_factor(results: PromptResults) -> PromptFactor:
    (row,) = results.prompt_factor.rows
    return row.factor


def row_of(results: PromptResults, pair: str, task: str) -> ResultRow:
    (row,) = [
        row
        for row in results.rows
        if (row.key.pair, row.key.task, row.key.analysis) == (pair, task, "primary")
        and row.key.scope != "metric"
    ]
    return row


def test_the_planted_spread_between_prompts_is_found(prompts: StudyResults) -> None:
    (only,) = prompts.settings
    rows = only.prompt_factor.rows
    assert len(rows) == 3 * len(PROMPT_PAIRS)
    assert {row.factor.n_prompts for row in rows} == {PROMPT_PLAN.prompts}
    of_text = [row.factor.sd_prompts or 0.0 for row in rows if row.key.task == "meqsum"]
    assert 0.6 * PROMPT_SD < np.mean(of_text) < 1.4 * PROMPT_SD
    for row in rows:
        factor = row.factor
        assert factor.se_random is not None
        assert factor.se_fixed is not None
        assert factor.se_random > factor.se_fixed
        assert factor.prediction95 is not None
        assert factor.ci95_random is not None
        assert factor.prediction95.low < factor.ci95_random.low


def test_the_line_for_these_prompts_is_that_of_the_cells(prompts: StudyResults) -> None:
    (only,) = prompts.settings
    for key, factor in only.prompt_factor.rows:
        comparison = row_of(only, key.pair, key.task).comparison
        assert factor.delta == pytest.approx(comparison.delta, abs=1e-9)
        assert factor.se_fixed == pytest.approx(comparison.se_cr2)
        assert factor.n == comparison.n


def test_a_level_has_the_error_for_prompts_like_these(prompts: StudyResults) -> None:
    (only,) = prompts.settings
    for pair in (f"{tuned} - {base}" for tuned, base in PROMPT_PAIRS.items()):
        rows = [row.factor for row in only.prompt_factor.rows if row.key.pair == pair]
        expected = sum((row.se_random or 0.0) ** 2 for row in rows) ** 0.5 / len(rows)
        level = row_of(only, pair, "level1").comparison
        assert level.se_cr2 == pytest.approx(expected)
        assert level.df is not None
        assert PROMPT_PLAN.prompts - 1 <= level.df


def test_the_mean_of_pairs_includes_what_their_prompts_have_in_common(
    prompts: StudyResults,
) -> None:
    (only,) = prompts.settings
    mean = only.answers["level1"].meta.fixed_set
    levels = [row_of(only, f"{one} - {two}", "level1") for one, two in PROMPT_PAIRS.items()]
    alone = sum((row.comparison.se_cr2 or 0.0) ** 2 for row in levels) ** 0.5 / len(levels)
    assert mean.se > 1.1 * alone


def test_the_facets_of_a_prompt_stand_beside_its_difference(prompts: StudyResults) -> None:
    (only,) = prompts.settings
    singles = only.prompt_factor.of_score(only.prompt_factor.rows[0].key)
    assert [row.single.delta for row in singles] == sorted(row.single.delta for row in singles)
    assert {row.key.number for row in singles} == set(range(PROMPT_PLAN.prompts))
    assert all(row.single.wording and row.single.place and row.single.by for row in singles)
    (population, *_) = only.prompt_factor.populations
    assert (population.design, population.drawn) == ("spread", PROMPT_PLAN.prompts)
    assert population.prompts_per_item == PROMPT_PLAN.per_item
    assert sum(population.kinds.values()) == len({row.single.wording for row in singles})


def test_a_crossed_design_has_best_prompts(tmp_path: Path) -> None:
    factor = only_factor(setting(tmp_path, answers(False), answers(True)))
    assert factor.design == "crossed"
    assert factor.n_cells == ITEMS * PROMPTS
    assert PROMPTS - 1 <= factor.gains <= PROMPTS
    assert factor.best_delta is not None
    assert factor.best_delta > factor.delta
    assert factor.best_tuned == f"{PROMPTS - 1}, {PROMPTS - 1}"


def test_answers_that_a_model_lacks_leave_an_unbalanced_design(tmp_path: Path) -> None:
    results = setting(tmp_path, answers(False), answers(True)[1:])
    factor = only_factor(results)
    assert factor.design == "spread"
    assert factor.n_cells == ITEMS * PROMPTS - 1
    assert factor.best_delta is None
    assert factor.se_random is not None
    by_number = {row.key.number: row.single.n for row in results.prompt_factor.singles}
    assert by_number == {0: ITEMS - 1, 1: ITEMS, 2: ITEMS, 3: ITEMS}


def test_a_prompt_that_a_model_lacks_is_left_out(tmp_path: Path) -> None:
    factor = only_factor(setting(tmp_path, answers(False), answers(True, PROMPTS - 1)))
    assert (factor.n_prompts, factor.design) == (PROMPTS - 1, "crossed")


def test_one_prompt_has_no_row_whatever_its_number(tmp_path: Path) -> None:
    results = setting(tmp_path, answers(False, 1, 2), answers(True, 1, 2))
    assert not results.prompt_factor.rows
    assert not results.prompt_factor.singles
    (text, *_) = limits([results])
    assert text == (
        "One run per model: the variance of training seeds and of prompts is outside all intervals."
    )


def test_the_difference_under_the_papers_prompt_is_looked_up(tmp_path: Path) -> None:
    for model, base in (("b", None), ("t", "b")):
        for prompt, prompts in (("paper", 1), ("crossed", PROMPTS)):
            rows = answers(model == "t", prompts)
            cell(tmp_path, model, "mednli", rows, base=base, prompt=prompt, access="open")
    results = run(found_study(tmp_path), quick(sensitivity=False))
    crossed, paper = results.settings
    factor = only_factor(crossed)
    assert factor.one_prompt == "paper"
    assert factor.one_prompt_delta == row_of(paper, "t - b", "mednli").comparison.delta
    assert not paper.prompt_factor.rows
    document = summary(results, quick())
    assert "prompt_factor" in document["prompts"]["crossed"]
    assert "prompt_factor" not in document["prompts"]["paper"]


def test_identical_models_are_not_tested(tmp_path: Path) -> None:
    factor = only_factor(setting(tmp_path, answers(False), answers(False)))
    assert factor.claim == "not tested"
    assert factor.refused is not None
    assert factor.refused in factor.sentence
    assert factor.p_random is None


def test_the_wanted_error_can_be_set(tmp_path: Path) -> None:
    cell(tmp_path, "b", "mednli", answers(False), access="open")
    cell(tmp_path, "t", "mednli", answers(True), base="b", access="open")
    needed = []
    for wanted in (None, 5.0, 1000.0):
        (only,) = run(found_study(tmp_path), quick(sensitivity=False, prompt_error=wanted)).settings
        factor = only_factor(only)
        assert factor.wanted_error == (1.0 if wanted is None else wanted)  # half the margin of 2
        needed.append(factor.prompts_needed)
    assert needed[0] is not None
    assert needed[1] is not None
    assert needed[0] > needed[1] > needed[2] == 2
    assert "prompt_error" not in quick().declared()
    assert quick(prompt_error=5.0).declared()["prompt_error"] == 5.0
