"""Rank sets of the synthetic study, and who has none."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from analysis.paired_study import StudyResults, model_ranks
from analysis.paired_study.sensitivity import PRIMARY
from analysis.paired_study.task_sums import TaskSums
from analysis.stats.paired import Array, Sums


def tasks(scores: Array, items: str = "i") -> dict[str, TaskSums]:
    """One task of single items."""
    names = tuple(f"{items}{number}" for number in range(len(scores)))
    sums = Sums(np.asarray(scores, dtype=float), np.ones(len(scores)))
    return {"task": TaskSums("dataset", sums, names, frozenset(names))}


def ranks(models: Mapping[str, dict[str, TaskSums]]) -> dict[str, tuple[int, int]]:
    by_score = model_ranks.model_ranks(models, {"task": {"task": 1.0}}, 0.05)
    return {model: tuple(one) for model, one in by_score.get("task", {}).items()}  # type: ignore[misc]


def test_the_test_of_two_models_is_that_of_their_pair(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A level's t-test between base and tuned model is the row of the pair."""
    (level,) = [
        row
        for row in results.rows
        if (row.key.task, row.key.analysis, row.key.tuned) == ("overall", PRIMARY, "aloe8b")
    ]
    chosen = ("aloe8b", "llama3_8b")
    models = {
        name: {
            key.task: sums
            for key, cell in results.cells.items()
            if key.model == name and (sums := TaskSums.of(cell))
        }
        for name in chosen
    }
    seen: list[Array] = []
    monkeypatch.setattr(model_ranks, "rank_sets", lambda means, p, alpha: seen.append(p) or means)
    weights = results.study.declaration.tree.of_tasks["overall"]
    tuned, base = model_ranks.model_ranks(models, {"overall": weights}, 0.05)["overall"].values()
    assert float(tuned) - float(base) == pytest.approx(level.comparison.delta)  # type: ignore[arg-type]
    assert seen[0][0, 1] == pytest.approx(level.comparison.p_cr2)
    assert math.isnan(seen[0][0, 0])


def test_every_model_has_a_rank_set_in_every_score(results: StudyResults) -> None:
    standings = results.standings["paper"]
    for standing in standings:
        assert all(score.rank_set for score in standing.scores.values()), standing.model
    overall = {s.model: s.scores["overall"] for s in standings}
    best = max(overall, key=lambda model: overall[model].estimate.delta)
    rank_set = overall[best].rank_set
    assert rank_set is not None
    assert rank_set.first == 1


def test_shared_items_cancel() -> None:
    """Items differ far more than the models do, which all answer them."""
    ease = np.linspace(0, 100, 30)
    noise = np.random.default_rng(1).normal(0, 1, (3, 30))
    models = {
        name: tasks(ease + shift + noise[n])
        for n, (name, shift) in enumerate((("a", 3.0), ("b", 0.0), ("c", 0.1)))
    }
    assert ranks(models) == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}


def test_models_of_other_items_have_no_rank_set() -> None:
    rng = np.random.default_rng(2)
    models = {name: tasks(rng.normal(0, 1, 30)) for name in "ab"}
    assert list(ranks({**models, "c": tasks(rng.normal(0, 1, 30), "other")})) == ["a", "b"]
    assert list(ranks({**models, "c": tasks(rng.normal(0, 1, 29))})) == ["a", "b"]


def test_few_clusters_and_a_single_model_have_no_rank_set() -> None:
    assert ranks({name: tasks(np.arange(4.0)) for name in "ab"}) == {}
    assert ranks({"a": tasks(np.arange(9.0))}) == {}


def test_identical_models_keep_all_ranks() -> None:
    scores = np.random.default_rng(3).normal(0, 1, 30)
    assert ranks({name: tasks(scores) for name in "ab"}) == {"a": (1, 2), "b": (1, 2)}
