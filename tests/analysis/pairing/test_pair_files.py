"""Two files become one paired series: duplicates, bounds, scores that are not the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import PairingError
from analysis.pairing.pair_files import pair
from analysis.readers import ModelResults, SampleRow
from analysis.stats.step_size import step_size


def results(scores: dict[str, float], name: str = "base") -> ModelResults:
    rows = tuple(SampleRow(sample) for sample in scores)
    return ModelResults(Path(f"{name}.csv"), "CSV", "score", rows, tuple(scores.values()))


def doubled(results: ModelResults, score: float | None = None) -> ModelResults:
    """With the first row there twice, the copy with another score."""
    copy = results.scores[0] if score is None else score
    return replace(results, rows=(*results.rows, results.rows[0]), scores=(*results.scores, copy))


ONE = results({"a": 1.0, "b": 0.0, "c": 1.0})
TWO = results({"c": 0.0, "b": 1.0, "a": 1.0}, "tuned")


def test_scores_pair_by_id() -> None:
    found = pair(ONE, TWO)
    assert found.paired.differences.tolist() == [0, 1, -1]
    assert found.paired.step_size == 1
    assert found.bounds is None


def test_identical_rows_twice_are_an_error_unless_they_may_be_dropped() -> None:
    with pytest.raises(PairingError, match=r"base\.csv: 1 sample is .* identically \(a\).*--dedup"):
        pair(doubled(ONE), TWO)
    found = pair(doubled(ONE), TWO, dedup=True)
    assert found.paired.differences.tolist() == [0, 1, -1]
    assert found.ledger.duplicates == 1
    assert "1 identical row was dropped" in " ".join(found.ledger.notes())


def test_another_wording_or_draw_of_a_sample_is_no_copy() -> None:
    rows = [SampleRow("a"), SampleRow("a", wording=1), SampleRow("a", draw=1)]
    base = replace(ONE, rows=tuple(rows), scores=(1.0, 0.0, 0.5))
    assert pair(base, TWO).paired.base.tolist() == [0.5]


@pytest.mark.parametrize("dedup", [False, True])
def test_conflicting_rows_are_always_an_error(dedup: bool) -> None:
    with pytest.raises(PairingError, match=r"tuned\.csv: 1 sample is .* different content \(c\)"):
        pair(ONE, doubled(TWO, 1.0), dedup=dedup)


def test_the_same_score_under_another_cluster_is_a_conflict() -> None:
    twice = replace(ONE, rows=(*ONE.rows, SampleRow("a", cluster="p")), scores=(*ONE.scores, 1.0))
    with pytest.raises(PairingError, match="different content"):
        pair(twice, TWO, dedup=True)


def test_two_scores_are_not_compared_with_each_other() -> None:
    with pytest.raises(PairingError, match=r"was read for score and tuned\.csv for f1"):
        pair(ONE, replace(TWO, score="f1"))
    with pytest.raises(PairingError, match=r"was computed in different ways \(v1 / v2\)"):
        pair(replace(ONE, signature="v1"), replace(TWO, signature="v2"))


def test_bounds_are_what_the_missing_samples_could_have_scored() -> None:
    base = results({"a": 1.0, "b": 0.25, "c": 0.5})
    tuned = results({"a": 0.0, "b": 0.5, "d": 0.75}, "tuned")
    worst = pair(results({**scores(base), "d": 1.0}), results({**scores(tuned), "c": 0.0}))
    best = pair(results({**scores(base), "d": 0.0}), results({**scores(tuned), "c": 1.0}))
    bounds = pair(base, tuned).bounds
    assert bounds == pytest.approx([one.paired.sums.delta for one in (worst, best)])


def test_scores_beyond_one_have_no_bounds() -> None:
    assert pair(results({"a": 3.0, "b": 7.0}), results({"a": 2.0})).bounds is None


def scores(results: ModelResults) -> dict[str, float]:
    return {
        row.sample_id: value or 0.0 for row, value in zip(results.rows, results.scores, strict=True)
    }


@given(st.lists(st.integers(-40, 40), min_size=1), st.sampled_from([1, 2, 5, 8, 100, 0.01]))
def test_the_step_size_divides_every_difference(whole: list[int], unit: float) -> None:
    differences = np.array(whole) / unit
    found = step_size(differences)
    if not any(whole):
        assert found is None
    else:
        assert found == pytest.approx(np.gcd.reduce(whole) / unit)


def test_continuous_differences_have_no_step_size() -> None:
    assert step_size(np.array([np.pi, 1.0])) is None


def drawn(name: str, draws: int, wordings: int = 1) -> ModelResults:
    """Samples a, b, c; a draw of model `base` is right if below 2, of others if it is 0."""
    rows = [
        SampleRow(
            sample, wording=wording, draw=draw, prompt=f"p{wording}" if wordings > 1 else None
        )
        for sample in "abc"
        for wording in range(wordings)
        for draw in range(draws)
    ]
    right = (lambda draw: draw < 2) if name == "base" else (lambda draw: draw == 0)
    scores = tuple(float(right(row.draw)) for row in rows)
    return replace(ONE, path=Path(f"{name}.csv"), rows=tuple(rows), scores=scores)


def test_draws_that_both_files_have_count_once_per_sample() -> None:
    found = pair(drawn("base", 5), drawn("tuned", 2))
    assert (found.paired.ids, found.ledger.draws) == (("a", "b", "c"), (5, 2))
    assert (found.paired.base.tolist(), found.paired.tuned.tolist()) == ([1] * 3, [0.5] * 3)
    notes = " ".join(found.ledger.notes(names=("one", "two")))
    assert "one has 5 draws of a prompt and two has 2; only draws that both have count." in notes


def test_prompts_have_the_common_draws_too() -> None:
    found = pair(drawn("base", 4, wordings=2), drawn("tuned", 2, wordings=2))
    assert found.cells is not None
    assert found.cells.base.tolist() == [1] * 6
    assert found.paired.sums.n == 3
