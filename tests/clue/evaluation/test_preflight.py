from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.backends.word_count import WordCount
from clue.cell import Cell
from clue.config.schema import ModelConf
from clue.errors import PromptTooLong, StoreError
from clue.evaluation import preflight
from clue.records import Message, Prompt

BUDGET = 10


def cell(words: list[int], stored: int = 0) -> Cell:
    prompts = tuple(
        Prompt(str(n), (Message("user", "knee " * count),), BUDGET) for n, count in enumerate(words)
    )
    known = {(prompt.key, prompt.sha256): None for prompt in prompts[:stored]}
    made: Any = SimpleNamespace(
        prompts=prompts,
        store=SimpleNamespace(completions=lambda: known),
        task=SimpleNamespace(conf=SimpleNamespace(name="meqsum")),
        model=ModelConf(name="m"),
    )
    return cast(Cell, made)


def test_a_size_counts_every_prompt() -> None:
    size = preflight.measure(cell([10, 20, 30], stored=2), WordCount(ModelConf(context=50)))
    assert (size.samples, size.stored, size.prompt_tokens) == (3, 2, 15 + 30 + 45)
    assert (size.longest, size.context, size.overflow) == (55, 50, 1)


def test_a_refusal_names_how_many_and_the_longest() -> None:
    with pytest.raises(PromptTooLong, match=r"1 of 3 .* longest needs 55 .* context has 50"):
        preflight.check_fits(cell([10, 20, 30]), WordCount(ModelConf(context=50)))
    preflight.check_fits(cell([10, 20, 30]), WordCount(ModelConf(context=55)))


@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.integers(2, 20))
def test_an_estimate_counts_few_prompts_and_the_longest_of_them_exactly(
    words: list[int], most: int
) -> None:
    backend = WordCount(ModelConf(context=300))
    exact = preflight.measure(cell(words), backend)
    some = preflight.measure(cell(words), backend, most)
    assert some.counted <= most
    assert some.longest == exact.longest
    assert some.prompt_tokens == pytest.approx(exact.prompt_tokens, rel=0.05, abs=len(words))
    assert bool(some.overflow) == bool(exact.overflow)


def test_without_a_limit_nothing_overflows() -> None:
    assert preflight.measure(cell([9999]), WordCount(ModelConf())).overflow == 0


def test_a_thought_needs_space_on_the_disk_and_in_the_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinking: Any = cell([10, 20])
    thinking.prompts = tuple(replace(one, thought_tokens=7) for one in thinking.prompts)
    size = preflight.measure(thinking, WordCount(ModelConf(context=46)))
    assert (size.longest, size.overflow) == (30 + 7 + BUDGET, 1)
    need = preflight.RESERVE_BYTES + preflight.BYTES_PER_TOKEN * 2 * (7 + BUDGET)
    for free in (need, need - 1):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        with nullcontext() if free == need else pytest.raises(StoreError, match="MiB free"):
            preflight.check_disk(tmp_path, [thinking], WordCount(ModelConf()))


def test_the_draws_of_a_prompt_are_read_once_where_the_backend_shares_them() -> None:
    drawn: Any = cell([10, 20])
    drawn.prompts = tuple(replace(one, draw=n) for one in drawn.prompts for n in range(3))
    backend = WordCount(ModelConf())
    assert preflight.measure(drawn, backend).prompt_tokens == 3 * (15 + 30)
    size = preflight.measure(drawn, backend, once=True)
    assert (size.samples, size.prompt_tokens) == (6, 15 + 30)


def test_a_thought_takes_no_room_where_the_model_has_none(tmp_path: Path) -> None:
    thinking: Any = cell([10, 20])
    thinking.prompts = tuple(replace(one, thought_tokens=700) for one in thinking.prompts)

    class AnswersAtOnce(WordCount):
        def room(self, prompt: Prompt) -> int:
            return prompt.max_new_tokens

    assert preflight.check_fits(thinking, AnswersAtOnce(ModelConf(context=40))).longest == 40
    with pytest.raises(PromptTooLong):
        preflight.check_fits(thinking, WordCount(ModelConf(context=40)))
