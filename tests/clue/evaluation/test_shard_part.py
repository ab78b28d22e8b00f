"""Prompts of a shard: every prompt in one shard, units whole, shards about as long."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from clue.backends import Setup
from clue.backends.fake import FakeBackend
from clue.cell import build
from clue.config.schema import Config
from clue.evaluation.shard_part import cost, part, shard_indices
from clue.store.shards import Shard
from tests.clue.faulty import done, job_request, lines, statuses
from tests.conftest import empty_store
from tests.test_sweep_processes import contents

WORK = st.lists(st.tuples(st.integers(0, 20), st.floats(1, 1e4)), min_size=1, max_size=80)


@given(WORK, st.integers(1, 9))
def test_every_prompt_is_in_one_shard_and_units_stay_whole(
    work: list[tuple[int, float]], count: int
) -> None:
    units, costs = zip(*work, strict=True)
    shards = [shard_indices(units, costs, Shard(number, count)) for number in range(1, count + 1)]
    assert sorted(index for indices in shards for index in indices) == list(range(len(work)))
    assert all(indices == sorted(indices) for indices in shards)
    owners = [{units[index] for index in indices} for indices in shards]
    assert max(Counter(unit for own in owners for unit in own).values()) == 1


@given(st.lists(st.floats(1, 1e4), min_size=1, max_size=200), st.integers(1, 9))
def test_shards_differ_by_no_more_than_the_longest_prompt(costs: list[float], count: int) -> None:
    """Two sums of costs dealt forth and back differ by a telescoping sum, at most the first."""
    units = range(len(costs))
    sums = [
        sum(costs[index] for index in shard_indices(units, costs, Shard(number, count)))
        for number in range(1, count + 1)
    ]
    assert max(sums) - min(sums) <= max(costs) * (1 + 1e-9)


@pytest.mark.parametrize(
    "overrides",
    [
        ("generation.temperature=0.7", "generation.draws=3"),
        ("tasks.longhealth1.order=per_patient",),
        ("scoring.choice=true",),
    ],
)
def test_shards_lost_and_dealt_anew_give_the_records_of_an_undisturbed_run(
    fresh_store: Path, data: Path, tmp_path: Path, overrides: tuple[str, ...]
) -> None:
    whole, sharded = (empty_store(fresh_store, tmp_path / name) for name in ("whole", "sharded"))
    assert set(statuses(done(job_request(whole, data, *overrides))).values()) == {"done"}
    replay = ("backend=replay", "backend.replayed=fake", *overrides)
    for number, count in ((1, 4), (2, 4), (4, 4)):
        answer(sharded, data, Shard(number, count), overrides)
    rows = done(job_request(sharded, data, *replay))
    assert set(statuses(rows).values()) == {"failed"}
    assert "lacks" in rows["longhealth1"].note
    for number in (3, 1, 2):
        answer(sharded, data, Shard(number, 3), overrides)
    assert set(statuses(done(job_request(sharded, data, *replay))).values()) == {"done"}
    assert contents(sharded) == contents(whole)
    assert lines(sharded, "mednli") == lines(whole, "mednli")  # none is answered twice


def answer(mlruns: Path, data: Path, shard: Shard, overrides: tuple[str, ...]) -> None:
    words = (f"shard={shard.number}", f"shards={shard.count}", "generate_only=true")
    rows = done(job_request(mlruns, data, *overrides, *words))
    assert set(statuses(rows).values()) == {"generated"}
    assert f"shard {shard.number} of {shard.count}" in rows["mednli"].note


def test_documents_of_a_patient_are_read_by_one_shard(mlruns: Path, data: Path) -> None:
    request = job_request(mlruns, data, "tasks.longhealth1.order=per_patient")
    config = OmegaConf.to_object(request.composed)
    assert isinstance(config, Config)
    cell = build(
        config, "longhealth1", FakeBackend(Setup(config.model, config.backend, data, data))
    )
    clusters = [{one.cluster for one in part(cell, Shard(n, 2)).samples} for n in (1, 2)]
    assert clusters[0]
    assert clusters[1]
    assert not clusters[0] & clusters[1]
    assert all(part(cell, Shard(n, 2)).fingerprint == cell.fingerprint for n in (1, 2))
    assert cost(cell.prompts[0]) > cell.prompts[0].max_new_tokens
