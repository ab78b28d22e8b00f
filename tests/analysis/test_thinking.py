"""The way of thinking that the facts of a cell tell."""

from itertools import product
from typing import Any

import pytest

from analysis.thinking import Thinking, ThoughtEnds, never_thought, unequal
from clue.marks import (
    MEANINGS,
    ONLY_BASE_THINKS,
    ONLY_TUNED_THINKS,
    THINK_DIFFERENTLY,
    meanings,
)

TAGS = ["<think>", "</think>"]
WAYS = (
    Thinking(),
    Thinking("cot", 256, "two phases"),
    Thinking("native", 256, "two phases"),
    Thinking("native", 512, "two phases"),
    Thinking("native", 512, "one request"),
)


def facts(
    wanted: dict[str, Any] | None, chat: dict[str, Any] | None, **backend: Any
) -> dict[str, Any]:
    protocol = {"thinking": wanted} if wanted else {}
    layout = {"chat": chat} if chat is not None else {}
    return {"generation": {"protocol": protocol, "backend": {"name": "vllm", **layout, **backend}}}


@pytest.mark.parametrize(
    ("cell", "thinks"),
    [
        (facts(None, {}), False),
        (facts(None, {"thoughts": TAGS}), False),
        (facts({"mode": "cot", "budget": 9, "request": "Think."}, {}), True),
        (facts({"mode": "native", "budget": 9, "absent": "answer"}, {"thoughts": TAGS}), True),
        (facts({"mode": "native", "budget": 9, "absent": "answer"}, {"layout": "plain"}), False),
        # a server decides by its own template
        (facts({"mode": "native", "budget": 9, "absent": "refuse"}, {"layout": "plain"}), True),
        # made-up answers have made-up thoughts, and a rule has none
        (facts({"mode": "native", "budget": 9, "absent": "answer"}, None, name="fake"), True),
        (facts({"mode": "cot", "budget": 9}, None, name="baseline"), False),
        ({}, False),
    ],
)
def test_a_cell_thinks_if_it_was_asked_to_and_can(cell: dict[str, Any], thinks: bool) -> None:
    assert Thinking.of(cell).is_on is thinks
    assert (Thinking.of(cell).budget is not None) is thinks


def test_the_mark_of_a_pair_is_empty_exactly_if_both_think_in_one_way() -> None:
    swapped = {ONLY_BASE_THINKS: ONLY_TUNED_THINKS, ONLY_TUNED_THINKS: ONLY_BASE_THINKS}
    for one, other in product(WAYS, WAYS):
        mark = one.mark_beside(other)
        assert (mark == "") is (one == other)
        assert other.mark_beside(one) == swapped.get(mark, mark)
        assert (mark == THINK_DIFFERENTLY) is (one != other and one.is_on and other.is_on)
        sentence = unequal("a", one, "b", other)
        assert (sentence is None) is (mark == "")


def test_the_model_that_thinks_is_named_first() -> None:
    for base, tuned, thinker in ((WAYS[0], WAYS[2], "b"), (WAYS[2], WAYS[0], "a")):
        sentence = str(unequal("a", base, "b", tuned))
        assert sentence.startswith(f"{thinker} thinks before it answers (native, at most 256")
    assert "(cot, at most 256 tokens, two phases; native, at most 512 tokens, one request)" in str(
        unequal("a", WAYS[1], "b", WAYS[4])
    )


def test_every_mark_has_a_meaning_and_two_of_one_meaning_have_it_once() -> None:
    assert {ONLY_BASE_THINKS, ONLY_TUNED_THINKS, THINK_DIFFERENTLY} <= set(MEANINGS)
    text = meanings([ONLY_BASE_THINKS, ONLY_TUNED_THINKS])
    assert text.count("of training and of thinking together") == 1


@pytest.mark.parametrize(
    ("mode", "absent", "never"),
    [("native", 100.0, True), ("native", 99.0, False), ("cot", 100.0, False)],
)
def test_a_model_without_any_native_thought(mode: str, absent: float, never: bool) -> None:
    assert never_thought(Thinking(mode, 9), ThoughtEnds(0.0, 0.0, 0.0, absent)) is never
