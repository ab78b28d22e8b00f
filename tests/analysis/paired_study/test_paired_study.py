"""The study as a whole, on synthetic cells: identities that need no reference values."""

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.output import write_study
from analysis.paired_study.rows import ComparisonKey, ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.summary import summary
from analysis.sentences.pooled import answer
from analysis.stats.weighted_sums import combine
from benchmarks.found_study import found_study, paper_tree
from benchmarks.planted import Plan, pairs
from benchmarks.synthetic import write
from clue.metrics.summary import summary as cell_summary
from clue.store.records_table import RecordsTable, read_table, write_table
from clue.task import task_files
from clue.task.levels import composites
from tests.analysis.banned import banned
from tests.analysis.paired_study.conftest import PAIRS, PLAN, quick

LEVELS = ("level1", "level2", "overall")


def by_key(results: StudyResults) -> dict[tuple[str, ...], ResultRow]:
    keys = [
        (r.key.tuned, r.key.scope, r.key.task, r.key.metric, r.key.analysis) for r in results.rows
    ]
    return dict(zip(keys, results.rows, strict=True))


def scores(store: Path, model: str) -> dict[str, float]:
    """Task scores and composites of a model, from its tables by the code of the cells."""
    scores_by_task = {}
    for path in store.glob(f"cells/*/{model}/*/records-*.parquet"):
        table = read_table(path)
        task = task_files.load(table.facts["task"])
        scores_by_task[task.name] = cell_summary(task, table.records)["score"]
    return scores_by_task | composites(scores_by_task, paper_tree())


@pytest.mark.parametrize("tuned", PAIRS)
def test_differences_are_those_of_the_cells_scores(
    store: Path, results: StudyResults, tuned: str
) -> None:
    rows = by_key(results)
    ours, theirs = scores(store, tuned), scores(store, PAIRS[tuned])
    for name in ours:
        scope = "level" if name in LEVELS else "task"
        comparison = rows[tuned, scope, name, "score", PRIMARY].comparison
        assert comparison.mean_tuned == pytest.approx(ours[name], abs=1e-9), name
        assert comparison.mean_base == pytest.approx(theirs[name], abs=1e-9), name
        assert comparison.delta == pytest.approx(ours[name] - theirs[name], abs=1e-9), name


def test_a_levels_error_is_that_of_independent_tasks(results: StudyResults) -> None:
    rows, weights = by_key(results), paper_tree().of_datasets
    for tuned in PAIRS:
        for level in LEVELS:
            parts = [
                rows[tuned, "task", name, "score", PRIMARY].comparison for name in weights[level]
            ]
            expected = combine(parts, list(weights[level].values()))  # type: ignore[arg-type]
            comparison = rows[tuned, "level", level, "score", PRIMARY].comparison
            assert comparison.se_cr2 == pytest.approx(expected.se, rel=1e-9)
            assert comparison.df == pytest.approx(expected.df, rel=1e-9)
            assert comparison.p_cr2 == pytest.approx(expected.p, rel=1e-9)
            assert comparison.p_signflip is None


def test_families_of_hypotheses_have_their_declared_sizes(results: StudyResults) -> None:
    sizes: Counter[tuple[str, ...]] = Counter()
    for row in results.rows:
        sizes[group(row)] += 1
        assert row.judgement.confirmatory == (row.judgement.tests != "F4")
    k = len(PAIRS)
    assert (sizes["F1",], sizes["F2",], sizes["F3",]) == (k, 2 * k, 6 * k)
    assert all(row.judgement.hypotheses == sizes[group(row)] for row in results.rows)
    exploratory = [size for name, size in sizes.items() if name[0] == "F4"]
    assert len(exploratory) > 5
    assert max(exploratory) == sizes["F4", PRIMARY, "metric"]


def group(row: ResultRow) -> tuple[str, ...]:
    """Exploratory tests are corrected within their analysis and kind of score."""
    tests = row.judgement.tests
    return (tests, row.key.analysis, row.key.scope) if tests == "F4" else (tests,)


def test_only_score_rows_of_data_sets_are_in_f3(results: StudyResults) -> None:
    datasets = {row.key.task for row in results.rows if row.judgement.tests == "F3"}
    assert datasets == set(paper_tree().of_datasets["overall"])


def test_the_answer_is_the_mean_over_pairs_with_their_joint_error(results: StudyResults) -> None:
    rows = by_key(results)
    meta = results.settings[0].answers["overall"].meta
    deltas = [rows[tuned, "level", "overall", "score", PRIMARY].comparison for tuned in PAIRS]
    assert meta.fixed_set.delta == pytest.approx(np.mean([one.delta for one in deltas]))
    alone = sum(one.se_cr2**2 for one in deltas if one.se_cr2) ** 0.5 / len(deltas)
    assert meta.fixed_set.se > 1.05 * alone  # pairs share items, and two of them a base run
    assert meta.off_diagonal_share > 0
    population = meta.random_effects
    assert (population.n_pairs, population.n_families, population.refused) == (7, 6, None)
    assert population.mu < 0


def test_with_few_families_only_the_mean_of_these_pairs_is_given(tmp_path: Path) -> None:
    write(tmp_path, Plan(pairs(("med42_8b", "aloe8b")), scale=0.03))
    study = run(found_study(tmp_path), quick(sensitivity=False))
    pooled = study.settings[0].answers["overall"]
    assert "1 family is too few" in str(pooled.meta.random_effects.refused)
    document = pooled.as_dict()
    assert (document["mu"], document["ci95"]) == (None, None)
    interval = pooled.meta.fixed_set.interval()
    assert interval.low < pooled.meta.fixed_set.delta < interval.high
    text = " ".join(answer("overall", pooled.meta))
    assert "No statement beyond these pairs" in text
    assert "Mean of exactly these 2" in text


def test_no_text_says_what_no_data_support(results: StudyResults) -> None:
    for row in results.rows:
        assert not banned(row.judgement.sentence, row.judgement.verdict), row.judgement.sentence
    for setting in results.settings:
        for level, pooled in setting.answers.items():
            assert not banned(" ".join(answer(level, pooled.meta)), "")
        assert not any(banned(one.sentence, "") for one in setting.replications)


def test_nothing_is_tested_that_no_data_could_reject(results: StudyResults) -> None:
    few = [r.comparison for r in results.rows if (r.comparison.n_informative or 9) < 6]
    assert all(comparison.p is None and comparison.refused for comparison in few)
    assert not any(row.judgement.p == 0 for row in results.rows)


def test_the_same_files_whatever_the_order_of_rows(
    store: Path, results: StudyResults, tmp_path: Path
) -> None:
    shuffled = tmp_path / "shuffled"
    shutil.copytree(store, shuffled)
    rng = np.random.default_rng(0)
    for path in shuffled.glob("cells/*/*/*/records-*.parquet"):
        table = read_table(path)
        order = rng.permutation(len(table.records))
        rows = [table.records[index] for index in order]
        write_table(path, RecordsTable(rows, table.signatures, table.facts))
    again = run(found_study(shuffled), quick())
    assert contents(results, tmp_path / "one") == contents(again, tmp_path / "two")


def contents(results: StudyResults, folder: Path) -> Mapping[str, bytes]:
    document = summary(results, quick())
    paths = write_study(folder, results.rows, document)
    return {path.name: path.read_bytes() for path in paths}


def test_another_pair_changes_no_unadjusted_result(results: StudyResults, tmp_path: Path) -> None:
    write(tmp_path, replace(PLAN, pairs={**PAIRS, "med42_70b": "llama3_70b"}))
    more = by_key(run(found_study(tmp_path), quick(sensitivity=False)))
    for key, row in by_key(results).items():
        if row.key.analysis == PRIMARY:
            assert more[key].comparison == row.comparison
            assert more[key].data == row.data


def test_swapping_the_models_swaps_the_sign_and_nothing_else(tmp_path: Path) -> None:
    """The synthetic base becomes the tuned model of the pair and the other way round."""
    write(tmp_path / "one", Plan({"med42_8b": "llama3_8b"}, scale=0.05))
    for path in (tmp_path / "one").glob("cells/*/*/*/records-*.parquet"):
        table = read_table(path)
        base = "med42_8b" if table.facts["model"] == "llama3_8b" else None
        mirrored_path = tmp_path / "two" / path.relative_to(tmp_path / "one")
        write_table(
            mirrored_path,
            RecordsTable(table.records, table.signatures, {**table.facts, "base": base}),
        )
    one, two = (
        {
            mirrored(row.key): row.comparison
            for row in run(found_study(tmp_path / name), quick()).rows
        }
        for name in ("one", "two")
    )
    for key, comparison in one.items():
        if key[-1] == "equal_spread":  # weighs by the base's spread
            continue
        other = two[key]
        assert other.delta == pytest.approx(-comparison.delta, abs=1e-9)
        assert other.se_cr2 == pytest.approx(comparison.se_cr2, rel=1e-9)
        assert other.p_signflip == pytest.approx(comparison.p_signflip, abs=1e-12)
        assert other.p_less == pytest.approx(comparison.p_greater, abs=1e-12)


def mirrored(key: ComparisonKey) -> tuple[Any, ...]:
    return (key.scope, key.task, key.metric, key.analysis)


def test_a_model_against_itself_is_identical_and_untested(tmp_path: Path) -> None:
    write(tmp_path, Plan({"med42_8b": "llama3_8b"}, scale=0.03))
    for path in tmp_path.glob("cells/*/med42_8b/*/records-*.parquet"):
        table = read_table(path)
        (other,) = tmp_path.glob(f"cells/{table.facts['task']}/llama3_8b/*/records-*.parquet")
        write_table(path, RecordsTable(read_table(other).records, table.signatures, table.facts))
    results = run(found_study(tmp_path), quick(sensitivity=False))
    for row in results.rows:
        assert row.judgement.verdict == "untestable"
        assert row.judgement.p is None
        assert row.comparison.delta == 0
    assert "identical on all" in results.rows[-1].judgement.sentence


def test_planted_declines_are_found(tmp_path: Path) -> None:
    six = pairs(
        ("meditron7b", "meditron70b", "biomistral7b", "med42_8b", "med42_70b", "meditron3_8b")
    )
    write(tmp_path, Plan(six, delta=-20.0, family_sd=0, pair_sd=0, task_sd=0, scale=0.03))
    results = run(found_study(tmp_path), quick(sensitivity=False))
    population = results.settings[0].answers["overall"].meta.random_effects
    assert population.ci95.high < 0
    assert all(
        row.judgement.verdict == "decline" for row in results.rows if row.key.task == "overall"
    )
    (counted,) = [
        one
        for one in results.settings[0].replications
        if (one.over, one.of, one.direction) == ("tasks", "med42_8b - llama3_8b", "decline")
    ]
    assert counted.at_least >= 3
    assert counted.at_least_fisher is not None
    assert counted.at_least_fisher >= counted.at_least


def test_a_refused_task_takes_no_part_in_levels(tmp_path: Path) -> None:
    write(tmp_path, Plan({"med42_8b": "llama3_8b"}, scale=0.03))
    (path,) = tmp_path.glob("cells/mednli/llama3_8b/*/records-*.parquet")
    table = read_table(path)
    write_table(path, RecordsTable(table.records[:-4], table.signatures, table.facts))
    rows = by_key(run(found_study(tmp_path), quick(sensitivity=False)))
    mednli = rows["med42_8b", "task", "mednli", "score", PRIMARY]
    assert (mednli.data.status, mednli.judgement.verdict) == ("refused", "untestable")
    assert mednli.judgement.p is None
    assert "of the samples are missing" in mednli.judgement.sentence
    levels = {task for _, scope, task, _, _ in rows if scope == "level"}
    assert levels == {"level2"}


def test_moderators_have_their_pairs_and_a_warning(results: StudyResults) -> None:
    effects = results.settings[0].moderators
    labels = {(effect.level, effect.moderator, effect.kind) for effect in effects}
    assert ("overall", "size", "large") in labels
    assert ("level2 - level1", "level", "level2") in labels
    assert ("overall", "generation", "llama3") in labels
    large = next(e for e in effects if (e.level, e.kind) == ("overall", "large"))
    assert large.pairs == ("meditron70b - llama2_70b", "openbiollm70b - llama3_70b")
    rows = by_key(results)
    deltas = [
        rows[tuned, "level", "overall", "score", PRIMARY].comparison.delta
        for tuned in ("meditron70b", "openbiollm70b")
    ]
    assert large.mean.delta == pytest.approx(np.mean(deltas))
    contrast = next(effect for effect in effects if effect.moderator == "level")
    levels = [
        [rows[tuned, "level", level, "score", PRIMARY].comparison.delta for tuned in PAIRS]
        for level in ("level1", "level2")
    ]
    assert contrast.mean.delta == pytest.approx(np.mean(levels[1]) - np.mean(levels[0]))
    assert all("Exploratory" in effect.as_dict()["warning"] for effect in effects)


def test_sensitivity_analyses_enter_levels_and_the_answer(results: StudyResults) -> None:
    answers = results.settings[0].sensitivity
    assert {"both_parsed", "without_rougeL", "equal_spread", "clusters_ignored"} <= set(answers)
    rows = by_key(results)
    for tuned in PAIRS:
        plain, other = (
            rows[tuned, "level", "overall", "score", name].comparison
            for name in (PRIMARY, "clusters_ignored")
        )
        assert other.delta == pytest.approx(plain.delta, abs=1e-9)
        assert other.se_cr2 != plain.se_cr2
    exploratory = [row for row in results.rows if row.key.analysis != PRIMARY]
    assert {row.judgement.tests for row in exploratory} == {"F4"}
