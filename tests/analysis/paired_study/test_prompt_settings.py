"""Prompt settings compared on their common items, against values computed by other means."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.paired_study import run
from analysis.paired_study.matching import align_all
from analysis.paired_study.prompt_setting_rows import (
    PromptSettings,
    SettingChange,
    SettingComparison,
)
from analysis.paired_study.prompt_settings import compare_prompt_settings
from benchmarks.found_study import found_study
from clue.records import Record
from clue.task.levels import ScoreTree, equal_weights
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

TREE = ScoreTree(
    levels={"level1": {"mednli": 0.5, "meqsum": 0.5}, "level2": {"problem_summary": 1.0}},
    overall={"level1": 0.5, "level2": 0.5},
)
TEXT = ("rougeL", "rouge1", "rouge2", "bertscore_f1")
FAMILIES = {"t - b": "b"}
Scores = Mapping[str, Mapping[str, float]]
"""Model to the score of each item."""


def ids(first: int, last: int) -> list[str]:
    return [f"s{number:02}" for number in range(first, last)]


def drawn(seed: int, items: Sequence[str]) -> Scores:
    """Right or wrong answers of both models."""
    rng = np.random.default_rng(seed)
    return {m: dict(zip(items, rng.integers(0, 2, len(items)) * 1.0, strict=True)) for m in "bt"}


def premise(item: str) -> str:
    """Three items are in a cluster; the last three each have their own."""
    number = int(item[1:])
    return f"p{number // 3}" if number < 21 else item


def setting(
    store: Path, prompt: str, scores: Scores, task: str = "mednli", **facts: Any
) -> list[Path]:
    names = ("accuracy",) if task == "mednli" else TEXT
    paths = []
    for model, of_model in scores.items():
        rows = [
            record(
                item, dict.fromkeys(names, score), cluster=premise(item), prompt=f"{prompt}/{item}"
            )
            for item, score in of_model.items()
        ]
        base = {"b": None, "t": "b"}[model]
        paths.append(cell(store, model, task, rows, prompt=prompt, base=base, **facts))
    return paths


def compared(store: Path, declared: str = "paper") -> PromptSettings:
    conf = quick(confirmatory_prompt=declared)
    aligned, _ = align_all(found_study(store), conf)
    return compare_prompt_settings(aligned, FAMILIES, TREE, conf)


def only(results: PromptSettings) -> SettingComparison:
    (comparison,) = results.comparisons
    return comparison


FIRST, SECOND = drawn(1, ids(3, 24)), drawn(2, ids(0, 24))
"""Three worked examples under the first setting, none under the second."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    setting(tmp_path, "paper", FIRST)
    setting(tmp_path, "zero_shot", SECOND)
    return tmp_path


def points(scores: Scores, model: str, items: Sequence[str]) -> Any:
    return 100 * np.array([scores[model][item] for item in items])


def cluster_sums(values: Any, items: Sequence[str]) -> tuple[Any, Any]:
    clusters = sorted({premise(item) for item in items})
    member = np.array([[premise(item) == cluster for item in items] for cluster in clusters])
    return member @ values, member.sum(axis=1)


def enumerated_p(sums: Any) -> float:
    """Share of all sign patterns whose sum is at least as large as the observed one."""
    signs = np.array(list(itertools.product((1, -1), repeat=len(sums))))
    return float(np.mean(np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9))


def check(change: SettingChange, first: Any, second: Any, items: Sequence[str]) -> None:
    """Mean, CR2 standard error, interval and sign-flip test by the formulas of the statistics."""
    values, n = first - second, len(items)
    sums, sizes = cluster_sums(values, items)
    share = sizes / n
    residual = sums - sizes * values.mean()
    se = float(np.sqrt(((residual / n) ** 2 / (1 - share)).sum()))
    leverage = share**2 / (1 - share)
    df = 1 / ((share**2).sum() + leverage.sum() ** 2 - (leverage**2).sum())
    assert change.mean_first == pytest.approx(first.mean())
    assert change.mean_second == pytest.approx(second.mean())
    assert change.delta == pytest.approx(values.mean())
    assert change.se_cr2 == pytest.approx(se)
    assert change.df == pytest.approx(df)
    half = stats.t.ppf(0.975, df) * se
    assert change.ci95 == pytest.approx((values.mean() - half, values.mean() + half))
    assert change.n_informative == int((sums != 0).sum())
    assert change.p == pytest.approx(enumerated_p(sums))
    assert change.test == "signflip"


def test_the_numbers_are_those_of_the_common_items(store: Path) -> None:
    comparison, common = only(compared(store)), ids(3, 24)
    first = {model: points(FIRST, model, common) for model in "bt"}
    second = {model: points(SECOND, model, common) for model in "bt"}
    check(comparison.difference, first["t"] - first["b"], second["t"] - second["b"], common)
    check(comparison.base, first["b"], second["b"], common)
    check(comparison.tuned, first["t"], second["t"], common)
    assert astuple(comparison.items)[1:] == (21, 9, 24, 10, 21, 9)
    assert comparison.difference.delta == pytest.approx(
        comparison.tuned.delta - comparison.base.delta
    )


def test_the_declared_setting_is_first_and_others_follow_by_name(store: Path) -> None:
    setting(store, "five_shot", FIRST)
    pairs = [(first, second) for first, second, _ in compared(store).by_settings()]
    assert pairs == [("paper", "five_shot"), ("paper", "zero_shot"), ("five_shot", "zero_shot")]
    undeclared = [pair[:2] for pair in compared(store, "another").by_settings()]
    assert undeclared[0] == ("five_shot", "paper")


@pytest.mark.parametrize("seed", range(4))
def test_exchanging_the_settings_changes_the_sign_and_nothing_else(
    tmp_path: Path, seed: int
) -> None:
    setting(tmp_path, "one", drawn(10 + seed, ids(seed, 24)))
    setting(tmp_path, "two", drawn(20 + seed, ids(0, 24 - seed)))
    one, two = (only(compared(tmp_path, declared)) for declared in ("one", "two"))
    for change, other in zip(one.changes, two.changes, strict=True):
        assert other.delta == pytest.approx(-change.delta, abs=1e-9)
        assert (other.mean_first, other.mean_second) == (change.mean_second, change.mean_first)
        assert other.se_cr2 == pytest.approx(change.se_cr2)
        assert (other.p, other.q) == pytest.approx((change.p, change.q))
        mirrored = change.ci95 and (-change.ci95.high, -change.ci95.low)
        assert other.ci95 == (mirrored and pytest.approx(mirrored))
    assert (one.items.n_first, one.items.n_second) == (two.items.n_second, two.items.n_first)


def test_a_setting_compared_with_its_copy_is_zero_everywhere(tmp_path: Path) -> None:
    for prompt in ("paper", "copy"):
        for task in TREE.levels["level1"]:
            setting(tmp_path, prompt, FIRST, task)
    results = compared(tmp_path)
    assert {one.key.task for one in results.comparisons} == {"mednli", "meqsum", "level1"}
    for comparison in results.comparisons:
        for change in comparison.changes:
            assert (change.delta, change.se_cr2, change.p, change.q) == (0, 0, None, None)
            assert change.claim == "not tested"
        assert "under both settings" in comparison.sentence or "same amount" in comparison.sentence
        assert "two models" not in comparison.sentence


def test_items_outside_of_the_common_set_do_not_matter(tmp_path: Path, store: Path) -> None:
    others = {model: scores | dict.fromkeys(ids(0, 3), 1.0) for model, scores in SECOND.items()}  # type: ignore[operator]
    fewer = {m: {i: s for i, s in scores.items() if i in FIRST[m]} for m, scores in SECOND.items()}
    expected = only(compared(store))
    for name, scores in (("others", others), ("fewer", fewer)):
        setting(tmp_path / name, "paper", FIRST)
        setting(tmp_path / name, "zero_shot", scores)
        comparison = only(compared(tmp_path / name))
        assert comparison.changes == expected.changes
        assert comparison.items.n_second == {"others": 24, "fewer": 21}[name]


def test_the_order_of_tables_and_rows_does_not_matter(tmp_path: Path, store: Path) -> None:
    backwards = [
        {model: dict(reversed(scores.items())) for model, scores in reversed(one.items())}
        for one in (SECOND, FIRST)
    ]
    for prompt, scores in zip(("zero_shot", "paper"), backwards, strict=True):
        setting(tmp_path / "other", prompt, scores)
    assert compared(tmp_path / "other") == compared(store)


def test_another_reference_refuses_this_task_and_no_other(store: Path) -> None:
    setting(store, "paper", FIRST, "meqsum")
    rows = [
        record(item, dict.fromkeys(TEXT, 0.5), target="another", cluster=premise(item))
        for item in ids(0, 9)
    ]
    for model, base in (("b", None), ("t", "b")):
        cell(store, model, "meqsum", rows, prompt="zero_shot", base=base)
    results = compared(store)
    assert only(results).key.task == "mednli"
    (refusal,) = results.refused
    assert (refusal.first_prompt, refusal.second_prompt) == ("paper", "zero_shot")
    assert (refusal.pair, refusal.task) == ("t - b", "meqsum")
    assert "the target of 6 samples differs" in refusal.reason


def test_settings_without_a_common_item_are_refused(tmp_path: Path) -> None:
    setting(tmp_path, "paper", drawn(1, ids(0, 10)))
    setting(tmp_path, "zero_shot", drawn(2, ids(10, 20)))
    (refusal,) = compared(tmp_path).refused
    assert "no item in common" in refusal.reason


def generation(**changes: Any) -> dict[str, Any]:
    protocol = {"task": "mednli", "shots": "a", "wording": ["a"], "max_new_tokens": 9}
    model = {"repo": "org/m", "revision": "1"}
    settings = {
        "protocol": protocol,
        "model": model,
        "decoding": "greedy",
        "backend": {"name": "x"},
    }
    for group, values in changes.items():
        old = settings[group]
        both = isinstance(old, dict) and isinstance(values, dict)
        settings[group] = old | values if both else values
    return settings


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"protocol": {"shots": "b", "wording": ["b"], "max_new_tokens": 20}}, None),
        ({"protocol": {"population": {"prompts": 24}}}, None),
        ({"model": {"revision": "2"}}, "model.revision: 1 (paper), 2 (zero_shot)"),
        ({"decoding": {"temperature": 0.7, "seed": 0}, "backend": {"sampling": "gumbel-1"}}, None),
        (
            {
                "protocol": {"thinking": {"mode": "cot", "budget": 9}},
                "backend": {"thinking": "one request"},
            },
            None,
        ),
        ({"backend": {"name": "y"}}, "backend.name: x (paper), y (zero_shot)"),
        ({"protocol": {"task": "another"}}, "protocol.task"),
    ],
)
def test_only_the_prompts_and_the_decoding_may_differ(
    tmp_path: Path, changes: dict[str, Any], reason: str | None
) -> None:
    setting(tmp_path, "paper", FIRST, generation=generation())
    setting(tmp_path, "zero_shot", SECOND, generation=generation(**changes))
    results = compared(tmp_path)
    assert len(results.refused) == bool(reason)
    assert all(str(reason) in refusal.reason for refusal in results.refused)


def test_a_metric_with_another_signature_refuses_the_task(tmp_path: Path) -> None:
    setting(tmp_path, "paper", FIRST, signatures={"accuracy": "1"})
    setting(tmp_path, "zero_shot", SECOND, signatures={"accuracy": "2"})
    (refusal,) = compared(tmp_path).refused
    assert "accuracy of b was scored with another signature" in refusal.reason


def test_a_level_is_the_weighted_sum_of_its_data_sets(store: Path) -> None:
    rng = np.random.default_rng(5)
    for prompt in ("paper", "zero_shot"):
        scores = {model: dict(zip(ids(0, 30), rng.random(30), strict=True)) for model in "bt"}
        setting(store, prompt, scores, "meqsum")
    by_task = {one.key.task: one for one in compared(store).comparisons}
    parts = [by_task["mednli"], by_task["meqsum"]]
    level = by_task["level1"]
    for index, change in enumerate(level.changes):
        first, second = (part.changes[index] for part in parts)
        assert change.delta == pytest.approx((first.delta + second.delta) / 2)
        variance = (first.se_cr2**2 + second.se_cr2**2) / 4  # type: ignore[operator]
        assert change.se_cr2 == pytest.approx(variance**0.5)
        t = abs(change.delta) / variance**0.5
        assert change.p == pytest.approx(2 * stats.t.sf(t, change.df))
        assert change.test == "t"
    assert (level.items.n, level.items.n_second) == (21 + 30, 24 + 30)
    assert level.key.scope == "level"


def test_all_tests_are_one_family_of_benjamini_and_hochberg(store: Path) -> None:
    setting(store, "five_shot", drawn(7, ids(5, 24)))
    setting(store, "copy", FIRST)
    rows = compared(store).rows
    p = np.array([1.0 if row.change.p is None else row.change.p for row in rows])
    ranks = np.argsort(np.argsort(p, kind="stable"), kind="stable") + 1
    for row, value in zip(rows, p, strict=True):
        if row.change.p is not None:
            larger = p >= value
            q = min(1.0, float((p * len(p) / ranks)[larger].min()))
            assert row.change.q == pytest.approx(q)
        assert row.change.hypotheses == len(rows) == 18


def repeated(model: str, prompt: str, right: Mapping[str, Sequence[float]]) -> list[Record]:
    return [
        record(item, {"accuracy": x}, number, cluster=item[0], prompt=f"{prompt}/{item}/{number}")
        for item, repeats in right.items()
        for number, x in enumerate(repeats)
    ]


def test_repeats_are_averaged_and_the_tasks_of_a_data_set_by_item(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    tasks = ("longhealth1", "longhealth2", "longhealth3")
    items = [f"{patient}{question}" for patient in "uvwxyz" for question in "12"]
    means: dict[tuple[str, str], list[Any]] = {}
    for prompt, excluded in (("paper", 2), ("zero_shot", 0)):
        for model in "bt":
            for task in tasks:
                right = rng.integers(0, 2, (12, 5)) * 1.0
                means.setdefault((prompt, model), []).append(100 * right[2:].mean(axis=1))
                rows = repeated(model, prompt, dict(zip(items, right, strict=True)))[5 * excluded :]
                cell(tmp_path, model, task, rows, prompt=prompt, base={"b": None, "t": "b"}[model])
    conf = quick()
    aligned, _ = align_all(found_study(tmp_path), conf)
    tree = ScoreTree(
        {"longhealth": equal_weights(tasks)},
        {"level1": {"mednli": 1.0}, "level2": {"longhealth": 1.0}},
        {"level1": 0.5, "level2": 0.5},
    )
    results = compare_prompt_settings(aligned, FAMILIES, tree, conf)
    by_task = {one.key.task: one for one in results.comparisons}
    assert set(by_task) == {*tasks, "longhealth", "level2"}
    score = {key: np.mean(of_tasks, axis=0) for key, of_tasks in means.items()}
    expected = [
        score[prompt, "t"].mean() - score[prompt, "b"].mean() for prompt in ("paper", "zero_shot")
    ]
    mean = by_task["longhealth"]
    assert (mean.difference.mean_first, mean.difference.mean_second) == pytest.approx(expected)
    assert astuple(mean.items)[1:] == (10, 5, 12, 6, 10, 5)
    single = [means[key][1].mean() for key in (("paper", "b"), ("zero_shot", "b"))]
    assert by_task["longhealth2"].base.delta == pytest.approx(single[0] - single[1])


def test_an_undefined_metric_counts_on_the_common_items_only(tmp_path: Path) -> None:
    """UMLS F1 is undefined for two references; one of them is outside of the common set."""
    rng = np.random.default_rng(4)
    names = ("rougeL", "rouge1", "rouge2", "bertscore_f1", "umls_f1")
    values: dict[tuple[str, str], Any] = {}
    for prompt, excluded in (("paper", 1), ("zero_shot", 0)):
        for model in "bt":
            scores = rng.random((9, len(names)))
            scores[[0, 4], -1] = np.nan
            values[prompt, model] = 100 * scores[1:]
            rows = [
                record(i, {n: None if np.isnan(x) else x for n, x in zip(names, line, strict=True)})
                for i, line in list(zip(ids(0, 9), scores, strict=True))[excluded:]
            ]
            base = {"b": None, "t": "b"}[model]
            cell(tmp_path, model, "problem_summary", rows, prompt=prompt, base=base, score=names)
    expected = {key: float(np.nanmean(value, axis=0).mean()) for key, value in values.items()}
    (comparison,) = (one for one in compared(tmp_path).comparisons if one.key.scope == "task")
    for model, change in (("b", comparison.base), ("t", comparison.tuned)):
        assert change.mean_first == pytest.approx(expected["paper", model])
        assert change.mean_second == pytest.approx(expected["zero_shot", model])


def test_items_that_are_one_under_either_setting_are_one_cluster(tmp_path: Path) -> None:
    """Two ids have the same prompt and reference under the second setting only."""
    for prompt in ("paper", "zero_shot"):
        for model, base in (("b", None), ("t", "b")):
            rows = [
                record(i, {"accuracy": 1.0}, target="r", prompt=f"{prompt}/{i}") for i in ids(0, 6)
            ]
            if prompt == "zero_shot":
                rows[1] = replace(rows[1], prompt_sha256=rows[0].prompt_sha256)
            cell(tmp_path, model, "mednli", rows, prompt=prompt, base=base)
    items = only(compared(tmp_path)).items
    assert (items.clusters_first, items.clusters_second, items.n_clusters) == (6, 5, 5)


def test_a_change_within_rounding_is_none(tmp_path: Path) -> None:
    """40 - 100/3 and 200/3 - 60 are not the same floating-point number."""
    scores = {"paper": {"b": 1 / 3, "t": 2 / 5}, "zero_shot": {"b": 3 / 5, "t": 2 / 3}}
    for prompt, of_models in scores.items():
        items = {model: dict.fromkeys(ids(0, 9), score) for model, score in of_models.items()}
        setting(tmp_path, prompt, items)
    change = only(compared(tmp_path)).difference
    assert (change.delta, change.n_informative) == (0.0, 0)
    assert change.refused == (
        "the difference between the models is identical under both settings on all 9 common items"
    )


def test_differences_that_look_like_answers_are_not_tested_as_answers(tmp_path: Path) -> None:
    """All differences are 0 or 100: McNemar's test is for right and wrong answers."""
    items = [f"x{number:02}" for number in range(12)]
    zeros = dict.fromkeys(items, 0.0)
    first = {item: float(number < 9) for number, item in enumerate(items)}
    second = {item: float(number > 10) for number, item in enumerate(items)}
    for prompt, scores in (("paper", first), ("zero_shot", second)):
        for model, base in (("b", None), ("t", "b")):
            of_model = scores if model == "t" else zeros
            rows = [record(item, {"accuracy": x}) for item, x in of_model.items()]
            cell(tmp_path, model, "mednli", rows, prompt=prompt, base=base)
    comparison = only(compared(tmp_path))
    assert comparison.difference.test == "signflip"
    assert comparison.difference.p == pytest.approx(2 * 11 / 2**10)
    assert comparison.tuned.test == "mcnemar"
    assert (comparison.tuned.claim, comparison.difference.claim) == ("higher", "higher")
    assert comparison.is_settled


def test_nothing_is_tested_where_too_many_samples_are_missing(store: Path) -> None:
    fewer = {"b": FIRST["b"], "t": {item: FIRST["t"][item] for item in ids(6, 24)}}
    setting(store, "one_shot", fewer)
    results = [one for one in compared(store).comparisons if "one_shot" in astuple(one.key)]
    assert len(results) == 2
    for change in (change for one in results for change in one.changes):
        assert change.refused == "14.3 % of the samples are missing for one of the two models"
        assert (change.p, change.ci95, change.claim) == (None, None, "not tested")


def test_a_store_with_one_setting_has_no_comparison(tmp_path: Path) -> None:
    setting(tmp_path, "paper", FIRST)
    results = run(found_study(tmp_path, tree=TREE), quick()).prompt_settings
    assert (results.rows, results.refused, results.hypotheses) == ([], [], 0)


def test_a_study_compares_its_settings(store: Path) -> None:
    conf = quick(sensitivity=False)
    assert run(found_study(store, tree=TREE), conf).prompt_settings == compared(store)
