"""Alignment of rows: missing, repeated and unequal samples, and the same item twice."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import PairingError
from analysis.pairing.alignment import align
from analysis.pairing.missing_samples import list_ids
from analysis.readers.per_sample import SampleRow
from analysis.stats.paired import Array, Paired
from clue.records import SampleKey


def rows(*ids: str) -> list[SampleRow]:
    return [SampleRow(sample) for sample in ids]


def paired(base: Sequence[SampleRow], tuned: Sequence[SampleRow]) -> Paired:
    """With scores 0, 1, 2, ... in the order of the rows."""
    return align(base, tuned).paired(numbers(base), numbers(tuned))


def numbers(side: Sequence[SampleRow]) -> Array:
    return np.arange(len(side), dtype=float)


def test_samples_pair_by_id_in_whatever_order() -> None:
    pair = paired(rows("b", "a", "c"), rows("c", "b", "a"))
    assert pair.ids == ("a", "b", "c")
    assert pair.base.tolist() == [1, 0, 2]
    assert pair.tuned.tolist() == [2, 1, 0]


def test_what_one_model_lacks_is_left_out_and_listed() -> None:
    alignment = align(rows("a", "b", "d", "c"), rows("b", "c", "e"))
    assert alignment.ids == ("b", "c")
    ledger = alignment.ledger
    assert (ledger.only_base, ledger.only_tuned) == (("a", "d"), ("e",))
    assert (ledger.n_base, ledger.n_tuned) == (4, 3)
    assert ledger.missing == 3 / 5


@pytest.mark.parametrize(
    ("lacking", "status"), [(0, "complete"), (1, "complete"), (2, "incomplete"), (6, "refused")]
)
def test_what_is_missing_decides_what_can_be_said(lacking: int, status: str) -> None:
    ids = [f"{number:03d}" for number in range(100)]
    assert align(rows(*ids), rows(*ids[lacking:])).ledger.status == status


def test_no_common_sample_is_an_error_that_names_one_of_each() -> None:
    with pytest.raises(PairingError, match=r"base has 1, tuned 7 \(a, 1\)"):
        align(rows("a"), rows(*"1234567"), format_ids=list_ids)


def test_repeats_are_averaged_within_each_model() -> None:
    base = [SampleRow("a", 0), SampleRow("a", 1), SampleRow("b", 0)]
    tuned = [SampleRow("b", 0), SampleRow("a", 0)]
    pair = paired(base, tuned)
    assert pair.base.tolist() == [0.5, 2]
    assert pair.tuned.tolist() == [1, 0]


def test_the_order_of_repeats_changes_no_bit_of_their_mean() -> None:
    side = [SampleRow("a", repeat) for repeat in range(4)]
    scores = np.array([0.1, 1e16, 0.3, -1e16])
    one = align(side, side).paired(scores, scores)
    two = align(side[::-1], side).paired(scores[::-1], scores)
    assert one.base.tobytes() == two.base.tobytes()
    assert scores.mean() != scores[::-1].mean()


def test_wordings_are_averaged_as_repeats_are_and_draws_before_them() -> None:
    side = [SampleRow("a", wording=wording, draw=draw) for wording in (0, 1) for draw in (0, 1)]
    alignment = align(side, side[:2])
    pair = alignment.paired(np.array([1.0, 0.0, 0.0, 0.0]), np.array([1.0, 0.0]))
    assert (pair.base.tolist(), pair.tuned.tolist()) == ([0.25], [0.5])
    assert (alignment.ledger.repeats, alignment.ledger.short) == ((1, 2), 1)


def test_a_prompt_with_many_draws_counts_once() -> None:
    side = [SampleRow("a", draw=draw) for draw in range(3)] + [SampleRow("a", wording=1)]
    pair = align(side, side).paired(np.array([1.0, 1.0, 1.0, 0.0]), np.zeros(4))
    assert pair.base.tolist() == [0.5]


def test_only_draws_that_both_have_count() -> None:
    base = [SampleRow(sample, draw=draw) for sample in "ab" for draw in range(4)]
    tuned = [SampleRow(sample, draw=draw) for sample in "ab" for draw in (0, 2)]
    alignment = align(base, tuned)
    pair = alignment.paired(np.array([1.0, 0, 1, 0, 0, 1, 1, 1]), np.array([1.0, 0, 0, 1]))
    assert (pair.base.tolist(), pair.tuned.tolist()) == ([1, 0.5], [0.5, 0.5])
    assert (alignment.ledger.draws, alignment.ledger.repeats) == ((4, 2), (1, 1))
    notes = " ".join(alignment.ledger.notes())
    assert "base has 4 draws of a prompt and tuned has 2; only draws that both have" in notes
    mirrored = align(tuned, base).paired(
        np.array([1.0, 0, 0, 1]), np.array([1.0, 0, 1, 0, 0, 1, 1, 1])
    )
    assert mirrored.tuned.tolist() == pair.base.tolist()


def test_draws_of_a_prompt_that_only_one_model_has_are_kept() -> None:
    base = [SampleRow("a", wording=wording, draw=draw) for wording in (0, 1) for draw in (0, 1)]
    tuned = [SampleRow("a", draw=1), SampleRow("a", draw=2)]
    alignment = align(base, tuned)
    pair = alignment.paired(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.25, 1.0]))
    assert (pair.base.tolist(), pair.tuned.tolist()) == ([0.75], [0.25])
    apart = align([SampleRow("a")], [SampleRow("a", draw=1)])
    assert apart.paired(np.array([1.0]), np.array([0.5])).tuned.tolist() == [0.5]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8),
    st.integers(2, 7),
)
def test_equal_draws_are_one_draw(scores: list[tuple[float, float]], draws: int) -> None:
    once = [SampleRow(f"{n}", cluster=f"{n // 2}") for n in range(len(scores))]
    often = [replace(row, draw=draw) for row in once for draw in range(draws)]
    columns = np.array(scores, dtype=float).T
    one = align(once, once).paired(*columns)
    many = align(often, often).paired(*np.repeat(columns, draws, axis=1))
    assert many.ids == one.ids
    assert many.base == pytest.approx(one.base, rel=1e-12)
    assert many.sums.sums == pytest.approx(one.sums.sums, abs=1e-12)
    assert many.sums.sizes.tolist() == one.sums.sizes.tolist()


def test_wordings_are_proved_one_by_one() -> None:
    side = [SampleRow("a", wording=index, digests={"prompt": str(index)}) for index in range(2)]
    assert align(side, side[::-1]).ledger.verified == ("prompt",)
    swapped = [SampleRow("a", wording=1 - row.wording, digests=row.digests) for row in side]
    with pytest.raises(PairingError, match="the prompt of 2 samples differs"):
        align(side, swapped)


def test_too_few_repeats_are_counted() -> None:
    complete = [SampleRow(sample, repeat) for sample in "abc" for repeat in range(5)]
    ledger = align(
        complete, [row for row in complete if row.sample_id != "b" or row.repeat < 2]
    ).ledger
    assert (ledger.repeats, ledger.short) == ((2, 5), 1)
    assert "1 sample has less than three fifths of 5 presentations" in " ".join(ledger.notes())


@pytest.mark.parametrize("kind", ["prompt", "target", "doc"])
def test_samples_that_are_not_the_same_item_are_an_error(kind: str) -> None:
    base = [SampleRow(sample, digests={kind: "same"}) for sample in "abc"]
    tuned = [
        SampleRow(sample, digests={kind: "same" if sample != "b" else "other"}) for sample in "abc"
    ]
    with pytest.raises(
        PairingError, match=rf"the {kind} of 1 sample differs between the two \(b\)"
    ):
        align(base, tuned, format_ids=list_ids)


def test_unless_told_otherwise_samples_are_counted_and_not_named() -> None:
    base = [SampleRow(f"stay-{n}", digests={"prompt": "same"}) for n in range(9)]
    tuned = [*base[:3], *(replace(row, digests={"prompt": "other"}) for row in base[3:])]
    with pytest.raises(PairingError, match="the prompt of 6 samples differs") as counted:
        align(base, tuned)
    assert "stay" not in str(counted.value)
    with pytest.raises(PairingError, match=r"\(stay-3, .*, stay-7 and 1 more\)"):
        align(base, tuned, format_ids=list_ids)
    ledger = align(base, base[1:]).ledger
    assert "Only base has 1 of the samples (stay-0)." in ledger.notes(list_ids)
    assert "stay" not in " ".join(ledger.notes())


def test_a_difference_that_is_allowed_is_told() -> None:
    base = [SampleRow("a", digests={"prompt": "1", "target": "t"})]
    tuned = [SampleRow("a", digests={"prompt": "2", "target": "t"})]
    ledger = align(base, tuned, allowed=["prompt"]).ledger
    assert (ledger.verified, ledger.differing) == (("target",), ("prompt",))
    assert "The prompt of some samples differs" in " ".join(ledger.notes())


def test_repeats_are_proved_one_by_one() -> None:
    base = [SampleRow("a", repeat, digests={"prompt": str(repeat)}) for repeat in range(3)]
    assert align(base, base[1:]).ledger.verified == ("prompt",)
    with pytest.raises(PairingError, match="the prompt of 1 sample differs"):
        align(base, [replace(base[1], repeat=2)])


def test_without_common_digests_nothing_is_proved_and_that_is_told() -> None:
    ledger = align([SampleRow("a", digests={"doc": "1"})], rows("a")).ledger
    assert ledger.verified == ()
    assert "only the ids match" in " ".join(ledger.notes())


def test_a_sample_stands_for_itself_unless_a_cluster_is_named() -> None:
    told = [SampleRow("a", cluster="p"), SampleRow("b", cluster="p"), SampleRow("c")]
    assert align(told, rows("a", "b", "c")).clusters == ("p", "p", "c")


def test_a_sample_in_two_clusters_is_an_error() -> None:
    with pytest.raises(PairingError, match=r"1 sample is in more than one cluster \(a\)"):
        align([SampleRow("a", cluster="p")], [SampleRow("a", cluster="q")], format_ids=list_ids)


def test_the_same_item_under_two_ids_shares_a_cluster_with_all_of_theirs() -> None:
    base = [
        SampleRow("a", cluster="p", content="x"),
        SampleRow("b", cluster="q", content="x"),
        SampleRow("c", cluster="q", content="y"),
        SampleRow("d", cluster="r", content="z"),
    ]
    alignment = align(base, base)
    assert alignment.clusters == ("p", "p", "p", "r")
    assert alignment.ledger.shared == 2
    assert "2 samples have the content of another id" in " ".join(alignment.ledger.notes())


def test_repeats_of_a_sample_are_not_taken_for_another_with_its_content() -> None:
    base = [SampleRow("a", repeat, content="x") for repeat in range(3)] + [
        SampleRow("b", content="y")
    ]
    assert align(base, base).ledger.shared == 0


def test_an_undefined_score_leaves_the_sample_out_for_both() -> None:
    pair = align(rows("a", "b"), rows("b", "a")).paired(
        np.array([1.0, np.nan]), np.array([np.nan, 0.5])
    )
    assert (pair.ids, pair.base.tolist(), pair.tuned.tolist()) == (("a",), [1.0], [0.5])


def test_a_score_that_is_undefined_for_one_model_only_is_an_error() -> None:
    with pytest.raises(PairingError, match=r"defined for the other in 1 sample \(a\)"):
        align(rows("a", "b"), rows("a", "b"), format_ids=list_ids).paired(
            np.array([1.0, 0.0]), np.array([np.nan, 0.5])
        )


def test_a_score_that_is_defined_for_none_is_an_error() -> None:
    with pytest.raises(PairingError, match="undefined for every common sample"):
        align(rows("a"), rows("a")).paired(np.array([np.nan]), np.array([np.nan]))


@given(st.data())
def test_the_order_of_rows_changes_no_bit(data: st.DataObject) -> None:
    index = st.integers(0, 2)
    key = st.builds(SampleKey, st.sampled_from("abcdef"), index, index, index)
    keys = [*data.draw(st.lists(key, unique=True)), SampleKey("a", 9)]
    side = [SampleRow(**key._asdict(), cluster=f"c{ord(key.sample_id) % 3}") for key in keys]
    scores = np.array(data.draw(st.lists(floats, min_size=len(side), max_size=len(side))))
    order = np.array(data.draw(st.permutations(range(len(side)))))
    one = align(side, side).paired(scores, scores[::-1])
    shuffled = [side[place] for place in order]
    two = align(shuffled, side).paired(scores[order], scores[::-1])
    assert one.ids == two.ids
    assert one.clusters == two.clusters
    assert one.base.tobytes() == two.base.tobytes()
    assert one.tuned.tobytes() == two.tuned.tobytes()


floats = st.floats(-1e6, 1e6, allow_nan=False)
