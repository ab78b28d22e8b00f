from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import PairingError
from analysis.paired_study.pairs import matched_cells, model_pairs
from analysis.paired_study.series import AlignedPair, align_cells, in_points, weighted_mean
from analysis.stats.clusters import influence, robust
from analysis.stats.paired import Paired
from benchmarks.found_study import cells_by_name
from clue.config.schema import TaskConf
from clue.metrics.summary import summary
from clue.records import Record
from tests.analysis.paired_study.stores import cell, record

TASK = TaskConf(name="t", metrics=["rougeL", "umls_f1"], score=["rougeL", "umls_f1"])

unit = st.floats(0, 1, allow_nan=False)


def aligned(
    store: Path, task: str, base: list[Record], tuned: list[Record], **more: Any
) -> AlignedPair:
    """A pair on one task."""
    cell(store, "llama2_7b", task, base)
    cell(store, "meditron7b", task, tuned, base="llama2_7b", **more)
    cells = cells_by_name(store)
    (pair,) = model_pairs(cells, "base")
    (match,) = matched_cells(cells, pair)
    return align_cells(match, [], {})


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """Records of two models on the same items; some references name no concept."""
    size = draw(st.integers(2, 12))
    defined = [True, *draw(st.lists(st.booleans(), min_size=size - 1, max_size=size - 1))]
    clusters = draw(st.lists(st.sampled_from("xyz"), min_size=size, max_size=size))
    base, tuned = (
        [
            record(
                f"{index:02}",
                {"rougeL": draw(unit), "umls_f1": draw(unit) if defined[index] else None},
                cluster=clusters[index],
            )
            for index in range(size)
        ]
        for _ in range(2)
    )
    return base, tuned


def parts(base: list[Record], tuned: list[Record]) -> list[Paired]:
    """Each metric as a series of the items that it is defined on."""
    series = []
    for name in TASK.score:
        rows = [(b, t) for b, t in zip(base, tuned, strict=True) if b.scores[name] is not None]
        ids, clusters = [b.sample_id for b, _ in rows], [b.cluster for b, _ in rows]
        scores = [
            np.array([r.scores[name] for r in side], dtype=float)
            for side in zip(*rows, strict=True)
        ]
        series.append(in_points(Paired.of(ids, clusters, *scores)))
    return series


@given(answers())
def test_a_task_score_is_that_of_the_cells_summary(
    records_of_pair: tuple[list[Record], list[Record]],
) -> None:
    series = weighted_mean(parts(*records_of_pair), [0.5, 0.5])
    base, tuned = (summary(TASK, records)["score"] for records in records_of_pair)
    assert series.base.mean() == pytest.approx(base, abs=1e-9)
    assert series.tuned.mean() == pytest.approx(tuned, abs=1e-9)
    assert series.sums.delta == pytest.approx(tuned - base, abs=1e-9)


@given(answers())
def test_items_on_which_the_models_agree_speak_for_neither(
    records_of_pair: tuple[list[Record], list[Record]],
) -> None:
    base, _ = records_of_pair
    assert not weighted_mean(parts(base, base), [0.5, 0.5]).differences.any()


def test_a_series_where_all_is_defined_is_the_plain_mean() -> None:
    rng = np.random.default_rng(0)
    ids, clusters = tuple("abcd"), tuple("xxyy")
    parts = [Paired(ids, clusters, *rng.random((2, 4)), step_size=0.2) for _ in range(2)]
    series = weighted_mean(parts, [0.5, 0.5])
    assert series.base == pytest.approx((parts[0].base + parts[1].base) / 2)
    assert series.step_size == pytest.approx(0.1)


def test_the_error_of_a_partly_defined_mean_is_close_to_the_exact_one() -> None:
    """Against the influence of the sum of two ratio estimators, cluster by cluster."""
    rng = np.random.default_rng(1)
    n = 3000
    ids = tuple(f"{index:04}" for index in range(n))
    clusters = tuple(f"{index // 3:04}" for index in range(n))
    complete = Paired(ids, clusters, rng.random(n), rng.random(n) - 0.05)
    subset = np.flatnonzero(rng.random(n) < 0.8)
    part = Paired(
        tuple(ids[k] for k in subset),
        tuple(clusters[k] for k in subset),
        rng.random(len(subset)),
        rng.random(len(subset)) + 0.1,
    )
    estimate = robust(weighted_mean([complete, part], [0.5, 0.5]).sums)
    by_name = [
        dict(zip(np.unique(one.clusters), influence(one.sums), strict=True))
        for one in (complete, part)
    ]
    exact = sum(
        (0.5 * value + 0.5 * by_name[1].get(name, 0.0)) ** 2 for name, value in by_name[0].items()
    )
    assert 1.0 <= estimate.se_cr2 / exact**0.5 < 1.02


def test_a_part_that_is_not_everywhere_weighs_as_it_does_in_the_summary() -> None:
    complete = Paired(("a", "b"), ("a", "b"), np.array([0.0, 0.0]), np.array([10.0, 20.0]))
    part = Paired(("b",), ("b",), np.array([0.0]), np.array([40.0]))
    series = weighted_mean([complete, part], [0.5, 0.5])
    assert series.sums.delta == pytest.approx((15 + 40) / 2)
    assert series.differences.tolist() == [5.0, 50.0]
    assert series.step_size is None


def test_points_scale_the_grain_too() -> None:
    series = in_points(Paired(("a",), ("a",), np.array([0.2]), np.array([0.4]), step_size=0.2))
    assert series.step_size == pytest.approx(20)
    assert series.differences == pytest.approx([20])


def test_repeats_are_averaged_within_their_sample(tmp_path: Path) -> None:
    def rows(*right: float) -> list[Record]:
        return [record("a", {"accuracy": x}, i, cluster="p") for i, x in enumerate(right)]

    aligned_pair = aligned(tmp_path, "longhealth1", rows(1, 0, 0, 0, 1), rows(1, 1, 1, 1, 0))
    assert aligned_pair.metrics["accuracy"].base == pytest.approx([40])
    assert aligned_pair.metrics["accuracy"].tuned == pytest.approx([80])


def test_dropping_rows_of_either_model_drops_them_of_both(tmp_path: Path) -> None:
    def rows(cut: int) -> list[Record]:
        return [
            record(f"{i // 2}", {"accuracy": i % 2}, i % 2, truncated=i == cut) for i in range(8)
        ]

    aligned_pair = aligned(tmp_path, "longhealth1", rows(0), rows(7))
    series = aligned_pair.read(["accuracy"], lambda columns: ~columns.flags["truncated"])[
        "accuracy"
    ]
    assert series.base.tolist() == series.tuned.tolist() == [100, 50, 50, 0]
    gone = aligned_pair.read(["accuracy"], lambda columns: columns.ids == "1")["accuracy"]
    assert gone.ids == ("1",)
    assert not aligned_pair.read(["accuracy"], lambda columns: columns.ids == "none")


@pytest.mark.parametrize("field", ["wording", "draw"])
def test_dropping_a_presentation_leaves_the_others_of_its_repeat(
    tmp_path: Path, field: str
) -> None:
    def rows(right: int) -> list[Record]:
        return [record("a", {"accuracy": i == right}, **{field: i}) for i in range(2)]

    pair = aligned(tmp_path, "longhealth1", rows(0), rows(1))
    assert pair.metrics["accuracy"].base.tolist() == [50]
    series = pair.read(["accuracy"], lambda columns: columns.scores["accuracy"] == 1)
    assert not series  # each model loses the presentation that the other keeps
    series = pair.read(["accuracy"], lambda columns: np.array([True, False]))
    assert series["accuracy"].base.tolist() == [100]


@pytest.mark.parametrize("differs", ["prompt", "target"])
def test_models_that_were_asked_something_else_are_not_paired(tmp_path: Path, differs: str) -> None:
    base = [record(name, {"rouge1": 0.5}) for name in "ab"]
    tuned = [base[0], record("b", {"rouge1": 0.5}, **{differs: "another"})]
    with pytest.raises(PairingError, match=f"the {differs} of 1 sample differs"):
        aligned(tmp_path, "meqsum", base, tuned)


def test_the_same_item_under_two_ids_is_one_cluster(tmp_path: Path) -> None:
    rows = [record(n, {"rouge1": 0.5}, prompt=p, target="t") for n, p in ("ap", "bp", "cq")]
    aligned_pair = aligned(tmp_path, "meqsum", rows, rows)
    assert len(set(aligned_pair.alignment.clusters)) == 2
    assert aligned_pair.ledger.shared == 2


def test_alignments_are_shared_among_cells_that_were_asked_the_same(tmp_path: Path) -> None:
    rows = [record(name, {"rouge1": 0.5}) for name in "ab"]
    cell(tmp_path, "llama2_7b", "meqsum", rows)
    for tuned in ("meditron7b", "another"):
        cell(tmp_path, tuned, "meqsum", rows, base="llama2_7b")
    cells = cells_by_name(tmp_path)
    alignments: dict[tuple[str, str], Any] = {}
    tasks = [
        align_cells(m, [], alignments)
        for pair in model_pairs(cells, "base")
        for m in matched_cells(cells, pair)
    ]
    assert len(alignments) == 1
    assert tasks[0].alignment is tasks[1].alignment
