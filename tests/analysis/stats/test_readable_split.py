"""The parts of a difference against the arithmetic of shares and means, for any answers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Sums
from analysis.stats.readable_split import PARTS, ReadableScores, readable_split

ROUNDING = 1e-10


def answers(rng: np.random.Generator, n: int, earns: float) -> ReadableScores:
    """Three presentations of each item; unreadable answers earn a share of a readable one's."""
    readable = rng.random((n, 3)) < rng.uniform(0.05, 1.0)
    score = 100 * rng.random((n, 3)) * np.where(readable, 1.0, earns)
    return ReadableScores(
        readable.mean(axis=1), (score * readable).mean(axis=1), score.mean(axis=1)
    )


studies = st.tuples(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from([0.0, 0.5, 1.0]))


def drawn(seed: int, n: int, earns: float) -> tuple[ReadableScores, ReadableScores]:
    rng = np.random.default_rng(seed)
    base, tuned = (answers(rng, n, earns) for _ in range(2))
    assume(base.share > 0 and tuned.share > 0)
    return base, tuned


@given(studies)
def test_the_parts_add_up_to_the_difference(study: tuple[int, int, float]) -> None:
    base, tuned = drawn(*study)
    parts = readable_split(base, tuned)
    assert tuple(parts) == PARTS
    difference = float((tuned.score - base.score).mean())
    assert sum(float(part.mean()) for part in parts.values()) == pytest.approx(
        difference, abs=ROUNDING
    )


@given(studies)
def test_each_part_is_the_product_of_shares_and_means(study: tuple[int, int, float]) -> None:
    base, tuned = drawn(*study)
    v = [one.readable.mean() for one in (base, tuned)]
    q = [one.points.sum() / one.readable.sum() for one in (base, tuned)]
    parts = {name: float(part.mean()) for name, part in readable_split(base, tuned).items()}
    assert parts["form"] == pytest.approx((v[1] - v[0]) * (q[0] + q[1]) / 2, abs=ROUNDING)
    assert parts["content"] == pytest.approx((q[1] - q[0]) * (v[0] + v[1]) / 2, abs=ROUNDING)
    unread = [float((one.score - one.points).mean()) for one in (base, tuned)]
    assert parts["rest"] == pytest.approx(unread[1] - unread[0], abs=ROUNDING)


@given(studies)
def test_the_other_order_turns_every_sign(study: tuple[int, int, float]) -> None:
    base, tuned = drawn(*study)
    there, back = readable_split(base, tuned), readable_split(tuned, base)
    for name in PARTS:
        assert there[name] == pytest.approx(-back[name], abs=ROUNDING)


@given(studies)
def test_unreadable_answers_that_score_0_leave_no_rest(study: tuple[int, int, float]) -> None:
    seed, n, _ = study
    assert not readable_split(*drawn(seed, n, 0.0))["rest"].any()


@pytest.mark.parametrize("name", PARTS)
def test_an_item_has_the_influence_that_more_of_it_has(name: str) -> None:
    """Derivative of the part by the weight of an item, by central differences."""
    rng = np.random.default_rng(7)
    base, tuned = (answers(rng, 30, 0.5) for _ in range(2))
    part = readable_split(base, tuned)[name]
    step = 1e-6
    for item in range(30):
        up, down = (_weighted_part(name, base, tuned, item, 1 + sign * step) for sign in (1, -1))
        influence = (up - down) / (2 * step) * 30
        assert influence == pytest.approx(part[item] - part.mean(), rel=1e-4, abs=1e-5)


def _weighted_part(
    name: str, base: ReadableScores, tuned: ReadableScores, item: int, weight: float
) -> float:
    weights = np.ones(len(base.score))
    weights[item] = weight

    def mean(values: Array) -> float:
        return float(weights @ values / weights.sum())

    v = [mean(one.readable) for one in (base, tuned)]
    q = [mean(one.points) / share for one, share in zip((base, tuned), v, strict=True)]
    parts = {
        "form": (v[1] - v[0]) * (q[0] + q[1]) / 2,
        "content": (q[1] - q[0]) * (v[0] + v[1]) / 2,
        "rest": mean(tuned.score - tuned.points) - mean(base.score - base.points),
    }
    return parts[name]


def test_with_readable_answers_only_content_is_the_difference_with_its_error() -> None:
    rng = np.random.default_rng(3)
    scores = [100 * rng.random(40) for _ in range(2)]
    base, tuned = (ReadableScores(np.ones(40), score, score) for score in scores)
    parts = readable_split(base, tuned)
    assert not parts["form"].any()
    codes = np.arange(40) // 4
    content, difference = (
        robust(Sums(np.bincount(codes, values), np.full(10, 4.0)))
        for values in (parts["content"], scores[1] - scores[0])
    )
    assert content.delta == pytest.approx(difference.delta)
    assert content.se_cr2 == pytest.approx(difference.se_cr2)
