import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.errors import StoreError
from clue.records import Message, Prompt, SampleKey, TokenLogProbs
from clue.store.likelihoods import LikelihoodStore

OPTIONS = {"A": TokenLogProbs((5,), (-0.25,)), "B": TokenLogProbs((6, 7), (-1.5, -0.125))}


def prompt(number: int, repeat: int = 0) -> Prompt:
    return Prompt(str(number), (Message("user", f"question {number}"),), 8, repeat)


def stored(folder: Path, count: int = 3) -> LikelihoodStore:
    store = LikelihoodStore(folder)
    for number in range(count):
        store.append(prompt(number), "rules", OPTIONS)
    return store


def test_what_is_stored_is_read_by_prompt_and_rules(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.append(prompt(0), "other rules", {"A": OPTIONS["B"]})
    likelihoods = store.likelihoods()
    assert len(likelihoods) == 4
    key = SampleKey("0", 0), prompt(0).sha256
    assert likelihoods[*key, "rules"] == OPTIONS
    assert likelihoods[*key, "other rules"] == {"A": OPTIONS["B"]}


@given(st.lists(st.floats(-(2.0**100), 0, width=32, allow_subnormal=False), min_size=1, max_size=5))
def test_a_value_is_read_to_the_last_bit(values: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        store = LikelihoodStore(Path(folder))
        store.append(prompt(1), "rules", {"A": TokenLogProbs((1,) * len(values), tuple(values))})
        (options,) = store.likelihoods().values()
    assert list(options["A"].logprobs) == values == [float(np.float32(v)) for v in values]


def test_a_line_that_a_kill_cut_is_removed_and_the_others_stay(tmp_path: Path) -> None:
    store = stored(tmp_path)
    content = store.lines.path.read_bytes()
    store.lines.path.write_bytes(content[:-20])
    assert len(store.likelihoods()) == 2
    assert len(store.likelihoods(repair=True)) == 2
    store.append(prompt(2), "rules", OPTIONS)
    assert store.lines.path.read_bytes() == content


def test_a_damaged_line_in_the_middle_is_an_error_with_the_remedy(tmp_path: Path) -> None:
    store = stored(tmp_path)
    path = store.lines.path
    path.write_bytes(path.read_bytes().replace(b"-0.25", b"-0.26", 1))
    with pytest.raises(StoreError, match=r"line 1 is damaged.*sed -i 1d .*computes its sample"):
        store.likelihoods()


@pytest.mark.parametrize("value", [0.5, math.nan, -math.inf])
def test_a_value_that_is_no_log_probability_is_not_stored(value: float, tmp_path: Path) -> None:
    store = LikelihoodStore(tmp_path)
    with pytest.raises(StoreError, match="no log-probability"):
        store.append(prompt(1), "rules", {"A": TokenLogProbs((1,), (value,))})
    assert not store.lines.path.exists()
