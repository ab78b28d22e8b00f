"""One answer, token by token: ends of thoughts and turns. Tokens are single characters."""

import re
from typing import Any

import pytest

from clue.backends.huggingface.turn import STOP_WINDOW, AnswerRequest, Turn, TurnRules
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT, ThoughtForm

STOP = "$"
TAGGED = ThoughtForm("<t>", "</t>\n", re.compile("</t>"), is_open=False)
OPENED = ThoughtForm("<t>", "</t>\n", re.compile("</t>"), is_open=True)
CHANNELS = ThoughtForm("[a]", "$[f]", re.compile(r"\[f\]"), is_open=False)


class Characters:
    """A tokenizer whose tokens are characters."""

    def decode(self, tokens: Any, **_: Any) -> str:
        return "".join(map(chr, tokens))


def run(
    form: ThoughtForm | None, text: str, thought: int = 40, budget: int = 4, **more: Any
) -> tuple[Turn, str, str]:
    """The turn of a model that chooses the characters of a text, its thought and its answer.

    Where tokens are put in its place, its choices are dots.
    """
    closing = [ord(letter) for letter in form.closing] if form else []
    closes = form is CHAIN_OF_THOUGHT
    rules = TurnRules(Characters(), [ord(STOP)], form=form, closing=closing, closes_turns=closes)
    turn = Turn(AnswerRequest([1], budget, thought if form else 0), rules, **more)
    choices = iter(text + "." * 99)
    while not turn.has_ended:
        turn.add(ord(next(choices)))
    whole = Characters().decode(turn.tokens)
    start = len(whole) if turn.answer_start is None else turn.answer_start
    return turn, whole[:start], whole[start:]


@pytest.mark.parametrize(
    ("form", "text", "thought", "answer", "is_cut"),
    [
        (None, "ABCDEF", "", "ABCD", False),
        (None, "AB$", "", "AB$", False),
        # closed by the model
        (TAGGED, "<t>yes?</t>AB$", "<t>yes?</t>", "AB$", False),
        (OPENED, "yes?</t>ABCDEF", "yes?</t>", "ABCD", False),
        (CHAIN_OF_THOUGHT, "So.\nAnswer: B$", "So.\nAnswer:", " B$", False),
        (CHAIN_OF_THOUGHT, "Answer: B$", "Answer:", " B$", False),
        (CHAIN_OF_THOUGHT, "So.\n**Final answer:** B$", "So.\n**Final answer:", "** B", False),
        # a word within a line ends no thought
        (CHAIN_OF_THOUGHT, "The answer: is open.\nAnswer:B$", "The answer:", " is ", False),
        (
            CHAIN_OF_THOUGHT,
            "My own answer: no.\nAnswer:B$",
            "My own answer: no.\nAnswer:",
            "B$",
            False,
        ),
        # the end of a turn within a thought
        (TAGGED, "<t>yes$", "<t>yes$", "", False),
        (OPENED, "$", "$", "", False),
        (CHAIN_OF_THOUGHT, "Maybe B$.......CD$", "Maybe B\nAnswer:", "CD$", True),
        # an end of a turn that begins the closing
        (CHANNELS, "[a]yes$...B$", "[a]yes$[f]", "B$", False),
        (CHANNELS, "[f]B$", "[f]", "B$", False),
        # no thought
        (TAGGED, "AB$", "", "AB$", False),
        (TAGGED, "  <b>C", "", "  <b", False),
    ],
)
def test_a_thought_ends_where_its_model_ends_it(
    form: ThoughtForm | None, text: str, thought: str, answer: str, is_cut: bool
) -> None:
    turn, before, after = run(form, text)
    assert (before, after, turn.is_cut) == (thought, answer, is_cut)
    assert len(turn.tokens) <= turn.request.room


@pytest.mark.parametrize("form", [TAGGED, OPENED, CHANNELS, CHAIN_OF_THOUGHT])
@pytest.mark.parametrize("thought", [9, 20, 60])
def test_a_thought_that_its_budget_ends_is_closed_within_it(
    form: ThoughtForm, thought: int
) -> None:
    text = form.opening + "so on and so on " * 9
    turn, before, after = run(form, text, thought)
    assert turn.is_cut
    assert before == text[: thought - len(form.closing)] + form.closing
    assert len(before) == thought
    assert len(after) == 4


def test_a_heading_that_is_longer_than_the_window_is_found_at_its_last_token() -> None:
    text = "x" * (STOP_WINDOW + 3)
    for number in range(STOP_WINDOW):
        lead = text[:number]
        _, before, _ = run(CHAIN_OF_THOUGHT, f"{lead}\nAnswer:B$")
        assert before == f"{lead}\nAnswer:"
    # in the middle of a line, whatever the window begins with
    for number in range(40):
        _, before, _ = run(CHAIN_OF_THOUGHT, "x" * number + "yAnswer: B\nAnswer:C$", thought=90)
        assert before.endswith("B\nAnswer:")


def test_a_stop_string_ends_a_turn() -> None:
    rules = TurnRules(Characters(), [], ["\nQ"])
    turn = Turn(AnswerRequest([1], 20), rules)
    for letter in "AB\nQ":
        assert not turn.has_ended
        turn.add(ord(letter))
    assert turn.has_ended
