"""Gumbel numbers and the tokens that they draw."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from clue.backends.huggingface.sampling import Sampler, gumbel

MASK = 2**64 - 1


def mixed(state: int) -> int:
    """The finaliser of splitmix64 in whole numbers."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def number(key: int, step: int, token: int) -> float:
    """One Gumbel number, computed in whole numbers and with `math`."""
    golden = 0x9E3779B97F4A7C15
    start = mixed((key + step * golden) & MASK)
    bits = mixed((start + (token + 1) * golden) & MASK) >> 12
    return -math.log(-math.log((bits + 0.5) / 2**52))


def test_the_mixer_is_that_of_splitmix64() -> None:
    # first outputs for the seed 1234567, as in the reference of the Java class SplittableRandom
    golden, state, outputs = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(3):
        state = (state + golden) & MASK
        outputs.append(mixed(state))
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(st.integers(0, MASK), st.integers(0, 5000), st.integers(1, 300))
def test_a_number_depends_on_key_step_and_token_alone(key: int, step: int, size: int) -> None:
    alone = gumbel([key], [step], size)
    batch = gumbel([3, key, MASK], [step + 1, step, 0], size + 7)
    assert torch.equal(alone[0], batch[1, :size])
    expected = [number(key, step, token) for token in range(size)]
    assert alone[0].tolist() == pytest.approx(expected, rel=1e-14, abs=1e-14)


def test_the_numbers_have_the_moments_and_the_distribution_of_gumbel() -> None:
    numbers = gumbel(range(40), [7] * 40, 50_000).numpy().ravel()
    error = math.pi / math.sqrt(6) / math.sqrt(numbers.size)
    assert numbers.mean() == pytest.approx(np.euler_gamma, abs=4 * error)
    assert numbers.std() == pytest.approx(math.pi / math.sqrt(6), abs=8 * error)
    assert stats.kstest(numbers[:200_000], "gumbel_r").pvalue > 1e-3
    neighbours = np.corrcoef(numbers[:-1], numbers[1:])[0, 1]
    assert abs(neighbours) < 4 / math.sqrt(numbers.size)


def test_tokens_are_drawn_from_the_softmax() -> None:
    logits = torch.tensor([1.3, -0.4, 0.2, 2.0, -3.0, 0.0])
    draws = 20_000
    chosen = Sampler(0.7).choose(logits.expand(draws, -1), range(draws), [0] * draws)
    expected = (logits.double() / 0.7).softmax(-1).numpy() * draws
    observed = np.bincount(chosen, minlength=6)
    assert stats.chisquare(observed, expected).pvalue > 1e-3


def test_filters_are_those_of_the_library() -> None:
    from transformers import TopKLogitsWarper, TopPLogitsWarper

    generator = torch.Generator().manual_seed(3)
    logits = 3 * torch.randn(50, 40, generator=generator)
    ids = torch.zeros(50, 1, dtype=torch.long)
    for top_k, top_p in ((5, 1.0), (0, 0.8), (12, 0.5), (0, 0.01)):
        expected = logits
        if top_k:
            expected = TopKLogitsWarper(top_k)(ids, expected)
        if top_p < 1:
            expected = TopPLogitsWarper(top_p)(ids, expected)
        assert torch.equal(Sampler(1.0, top_p, top_k).filtered(logits), expected)


def test_the_likeliest_token_is_drawn_if_filters_leave_it_alone() -> None:
    logits = torch.randn(30, 25, generator=torch.Generator().manual_seed(1))
    for sampler in (Sampler(1.5, top_p=0.0), Sampler(1.5, top_k=1), Sampler(1e-9)):
        chosen = sampler.choose(logits, range(30), [0] * 30)
        assert torch.equal(chosen, logits.argmax(-1))


def test_half_precision_is_drawn_in_float32() -> None:
    logits = torch.randn(5, 25, generator=torch.Generator().manual_seed(1)).bfloat16()
    choices = [Sampler(0.9).choose(one, range(5), [2] * 5) for one in (logits, logits.float())]
    assert torch.equal(*choices)
