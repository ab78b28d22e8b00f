"""Makespan of shards, and the number of shards that suits the hours of the models."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.launch.makespan import ShardPlan, makespan, suggested_shards
from tests.conftest import Cli

HOURS = st.lists(st.floats(0.1, 9), min_size=1, max_size=6)


def best(hours: Sequence[float], at_once: int) -> float:
    """The shortest makespan, by trying every assignment."""
    return min(
        max(sum(h for h, place in zip(hours, places, strict=True) if place == n) for n in places)
        for places in itertools.product(range(at_once), repeat=len(hours))
    )


@given(hours=HOURS, at_once=st.integers(1, 3))
def test_the_makespan_is_within_the_bound_of_the_longest_first_rule(
    hours: list[float], at_once: int
) -> None:
    shortest = best(hours, at_once)
    assert shortest - 1e-9 <= makespan(hours, at_once)
    assert makespan(hours, at_once) <= (4 / 3 - 1 / (3 * at_once)) * shortest + 1e-9


def test_the_longest_job_starts_first() -> None:
    assert makespan([1, 1, 1, 1, 4], 2) == 4  # last it would end after 6


@given(hours=HOURS)
def test_a_shard_of_the_longest_model_works_at_most_two_hours(hours: list[float]) -> None:
    shards = suggested_shards(hours)
    assert max(hours) / shards <= 2
    assert shards == 1 or max(hours) / (shards - 1) > 2


def test_models_whose_shards_are_too_short_are_counted() -> None:
    line = ShardPlan({"a": 12.0, "b": 0.9, "c": 0.0}, shards=2, at_once=4).line()
    assert line == (
        "makespan: 6.0 h (4 jobs of 0.45 to 6.0 h, 4 at once) without loading; better shards=6: "
        "4.0 h (12 jobs of 0.15 to 2.0 h, 4 at once); run 1 model whose shards work less than 15 "
        "min apart, with fewer shards"
    )


@pytest.mark.slow
def test_a_dry_run_shows_the_makespan_of_its_shards(cli: Cli) -> None:
    words = ("-m", "model=llama2_7b,meditron7b", "task=mednli", "dry_run=true", "shards=3")
    pool = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=4", "isolate=false")
    done = cli(*words, *pool, "dry_run_tokens_per_second=0.1")
    assert done.returncode == 0, done.stdout
    *_, shards, total = done.stdout.splitlines()
    assert shards.startswith("makespan: ")
    assert "(6 jobs of " in shards
    assert "4 at once) without loading" in shards
    assert total.startswith("sum: 2 cells")
