"""An answer that no model gives is not stored; one that an earlier version stored is not used."""

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clue.errors import ModelError, StoreError
from clue.evaluation.generation import complete_prompts
from clue.evaluation.progress import CellProgress
from clue.records import Completion, Message, Prompt
from clue.store import plausible
from clue.store.checked_lines import encoded
from clue.store.completions import CellStore

BUDGET = 8
PROMPTS = [Prompt(str(i), (Message("user", f"question {i}"),), BUDGET) for i in range(3)]
GOOD = Completion("knee", "stop", 5, 3, 0.1)
IMPOSSIBLE = [
    ({"text": None}, "its text is NoneType"),
    ({"text": "a\ud800"}, "half of a surrogate pair"),
    ({"prompt_tokens": -1}, "prompt_tokens are no number"),
    ({"new_tokens": 1e30}, "new_tokens are no number"),
    ({"new_tokens": 2**31}, "new_tokens are no number"),
    ({"new_tokens": True}, "new_tokens are no number"),
    ({"finish_reason": "tool_calls"}, "ended in none of the ways"),
    ({"seconds": float("nan")}, "seconds are no duration"),
    ({"seconds": -0.1}, "seconds are no duration"),
]
THOUGHT = {"thought": "pain", "thought_tokens": 4, "thought_end": "closed"}
IMPOSSIBLE += [
    ({**THOUGHT, "thought_end": "later"}, "its thought ended in none of the ways closed, cut"),
    ({**THOUGHT, "thought_end": None}, "a thought without an end"),
    ({**THOUGHT, "thought_end": "absent"}, "a thought without an end"),
    ({**THOUGHT, "thought": None}, "the end of a thought that it does not have"),
    ({"thought_end": "absent", "thought_tokens": 1}, "tokens of a thought that it does not have"),
    ({"thought_tokens": 1}, "tokens of a thought that it does not have"),
    ({**THOUGHT, "thought": 7}, "its thought is int"),
    ({**THOUGHT, "thought": "a\ud800"}, "its thought contains half of a surrogate pair"),
    ({**THOUGHT, "thought_tokens": -1}, "thought_tokens are no number"),
    ({**THOUGHT, "thought_end": "open"}, "an answer behind a thought that never ended"),
]
BEYOND_BUDGET = [
    ({"new_tokens": 9}, "it has 9 tokens, 8 were allowed"),
    ({"finish_reason": "length"}, "it is cut at 3 of 8 tokens"),
    ({"text": "x" * 5000}, "5000 characters in 3 tokens"),
    ({"new_tokens": 0}, "4 characters in 0 tokens"),
]


PROGRESS = CellProgress("task")


class Answering:
    """A backend that returns given completions."""

    def __init__(self, answers: list[Completion], *, counts_tokens: bool = True) -> None:
        self.answers = answers
        self.counts_tokens = counts_tokens

    def generate(self, prompts: Any, done: Any = ()) -> Iterator[tuple[int, Completion]]:
        return ((i, answer) for i, answer in enumerate(self.answers) if i not in done)


def test_usual_answers_are_plausible() -> None:
    others = [{"text": ""}, {"text": "a\x00b\u202e"}, {"new_tokens": 8, "finish_reason": "length"}]
    for fields in ({}, {"text": "", "new_tokens": 0}, *others):
        assert plausible.fault(dataclasses.replace(GOOD, **fields), BUDGET) is None


@pytest.mark.parametrize(
    ("thought_tokens", "new", "reason", "fault"),
    [
        (6, 3, "stop", None),
        (6 + plausible.CLOSING_TOKENS, 8, "stop", None),
        (7 + plausible.CLOSING_TOKENS, 8, "stop", "its thought has 39 tokens, 6 were allowed"),
        (4, 3, "length", "it is cut at 3 of 8 tokens"),
        # one budget for both, which the thought used
        (11, 3, "length", None),
        (10, 3, "length", "it is cut at 3 of 8 tokens"),
        (4, 9, "stop", "it has 9 tokens, 8 were allowed"),
    ],
)
def test_a_thought_has_a_budget_of_its_own(
    thought_tokens: int, new: int, reason: Any, fault: str | None
) -> None:
    fields: dict[str, Any] = {**THOUGHT, "thought_tokens": thought_tokens, "new_tokens": new}
    answer = dataclasses.replace(GOOD, **fields, finish_reason=reason)
    assert plausible.fault(answer, BUDGET, 6) == fault
    assert plausible.fault(answer) is None


def test_usual_thoughts_are_plausible() -> None:
    for fields in (
        *({"thought_end": "absent"}, THOUGHT, {**THOUGHT, "thought_end": "cut"}),
        {**THOUGHT, "thought_end": "open", "text": "", "new_tokens": 0},
    ):
        assert plausible.fault(dataclasses.replace(GOOD, **fields), BUDGET, 4) is None


def test_draws_of_one_prompt_are_counted_one_by_one(tmp_path: Path) -> None:
    draws = [dataclasses.replace(PROMPTS[0], draw=draw) for draw in range(3)]
    bad = Answering([dataclasses.replace(GOOD, new_tokens=9)] * 3)
    with pytest.raises(ModelError, match="3 of 3 answers cannot be"):
        complete_prompts(CellStore(tmp_path), draws, bad, PROGRESS)


@pytest.mark.parametrize(("fields", "fault"), IMPOSSIBLE + BEYOND_BUDGET)
def test_an_answer_that_cannot_be_is_an_error_of_its_prompt_alone(
    fields: dict[str, Any], fault: str, tmp_path: Path
) -> None:
    store = CellStore(tmp_path)
    bad = dataclasses.replace(GOOD, **fields)
    with pytest.raises(ModelError, match="1 of 3 answers cannot be and were not stored") as caught:
        complete_prompts(store, PROMPTS, Answering([GOOD, bad, GOOD]), PROGRESS)
    assert f"sample 1: {fault}" in str(caught.value) or fault in str(caught.value)
    assert [key.sample_id for key, _ in store.completions()] == ["0", "2"]
    assert complete_prompts(store, PROMPTS, Answering([GOOD] * 3), PROGRESS) == [GOOD] * 3


@pytest.mark.parametrize(("fields", "fault"), BEYOND_BUDGET)
def test_words_of_a_rule_have_no_budget(fields: dict[str, Any], fault: str, tmp_path: Path) -> None:
    rule = Answering([dataclasses.replace(GOOD, **fields)] * 3, counts_tokens=False)
    assert len(complete_prompts(CellStore(tmp_path), PROMPTS, rule, PROGRESS)) == 3


@pytest.mark.parametrize(("fields", "fault"), IMPOSSIBLE)
def test_the_store_takes_no_answer_that_cannot_be(
    fields: dict[str, Any], fault: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match=fault):
        CellStore(tmp_path).append(PROMPTS[0], dataclasses.replace(GOOD, **fields))
    assert not CellStore(tmp_path).path.exists()


@pytest.mark.parametrize(("fields", "fault"), IMPOSSIBLE)
def test_an_answer_of_an_earlier_version_that_cannot_be_is_generated_again(
    fields: dict[str, Any], fault: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = CellStore(tmp_path)
    key = {**PROMPTS[0].key._asdict(), "prompt_sha256": PROMPTS[0].sha256}
    line = encoded(key | dataclasses.asdict(dataclasses.replace(GOOD, **fields)))
    assert json.loads(line)
    store.path.write_bytes(line)
    with caplog.at_level(logging.WARNING):
        assert store.completions() == {}
    assert "1 answers cannot be and are left out" in caplog.text
    assert complete_prompts(store, PROMPTS, Answering([GOOD] * 3), PROGRESS) == [GOOD] * 3


def test_an_answer_is_checked_by_the_budgets_of_its_prompt(tmp_path: Path) -> None:
    asked = [dataclasses.replace(PROMPTS[0], thought_tokens=50)]
    fields: dict[str, Any] = {**THOUGHT, "thought_tokens": 50, "new_tokens": 8}
    thinking = Answering([dataclasses.replace(GOOD, **fields)])
    with pytest.raises(ModelError, match="its thought has 50 tokens, 0 were allowed"):
        complete_prompts(CellStore(tmp_path), PROMPTS[:1], thinking, PROGRESS)
    assert len(complete_prompts(CellStore(tmp_path), asked, thinking, PROGRESS)) == 1
