"""Check of an answer before it is stored: what is stored can be read, scored and tracked."""

import math
from collections.abc import Iterator
from typing import get_args

from clue.records import Completion, ThoughtEnd

MAX_COUNT = 2**31 - 1
"""Largest number of tokens; tables and tracking stores have integers of 32 bits in mind."""
CHARACTERS_PER_TOKEN = 1024
"""Most characters of a token: a vocabulary's longest ones are runs of some hundred spaces."""
CLOSING_TOKENS = 32
"""Most tokens of the text that closes a thought in the place of the model."""
FINISH_REASONS = ("stop", "length")


def fault(completion: Completion, budget: int | None = None, thought_budget: int = 0) -> str | None:
    """Returns the reason why no model gives such an answer, without its text; None = plausible.

    Args:
        completion: the answer, with its thought.
        budget: most new tokens; None = nothing limits them, nor those of a thought.
        thought_budget: most tokens of a thought, without the text that closes it.
    """
    return next(_faults(completion, budget, thought_budget), None)


def _faults(completion: Completion, budget: int | None, thought_budget: int) -> Iterator[str]:
    if not isinstance(completion.text, str):
        yield f"its text is {type(completion.text).__name__}"
        return
    if not is_unicode(completion.text):
        yield "its text contains half of a surrogate pair, which is no character"
    for name in ("prompt_tokens", "new_tokens", "thought_tokens"):
        count = getattr(completion, name)
        if type(count) is not int or not 0 <= count <= MAX_COUNT:
            yield f"its {name} are no number of tokens"
            return
    if completion.finish_reason not in FINISH_REASONS:
        yield f"it ended in none of the ways {', '.join(FINISH_REASONS)}"
    seconds = completion.seconds
    if type(seconds) not in (int, float) or not math.isfinite(seconds) or seconds < 0:
        yield "its seconds are no duration"
    yield from _faults_of_thought(completion)
    if budget is not None:
        yield from _contradictions(completion, budget, thought_budget)


def _faults_of_thought(completion: Completion) -> Iterator[str]:
    thought, end = completion.thought, completion.thought_end
    if end not in (None, *get_args(ThoughtEnd)):
        yield f"its thought ended in none of the ways {', '.join(get_args(ThoughtEnd))}"
    if (thought is None) != (end in (None, "absent")):
        yield "it has a thought without an end, or the end of a thought that it does not have"
    if thought is None:
        if completion.thought_tokens:
            yield "it has tokens of a thought that it does not have"
        return
    if not isinstance(thought, str):
        yield f"its thought is {type(thought).__name__}"
    elif not is_unicode(thought):
        yield "its thought contains half of a surrogate pair, which is no character"
    if end == "open" and completion.text:
        yield "it has an answer behind a thought that never ended"


def _contradictions(completion: Completion, budget: int, thought_budget: int) -> Iterator[str]:
    new, thought = completion.new_tokens, completion.thought_tokens
    # a server with one budget for both does not limit their parts
    both, allowed = new + thought, budget + thought_budget
    if new > budget:
        yield f"it has {new} tokens, {budget} were allowed"
    if thought > thought_budget + CLOSING_TOKENS and both > allowed:
        yield f"its thought has {thought} tokens, {thought_budget} were allowed"
    if completion.finish_reason == "length" and new < budget and both < allowed:
        yield f"it is cut at {new} of {budget} tokens"
    if len(completion.text) > CHARACTERS_PER_TOKEN * new:
        yield f"it has {len(completion.text)} characters in {new} tokens"


def is_unicode(text: str) -> bool:
    """Returns True if a text consists of characters: half of a surrogate pair is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
