"""Check of an answer before it is stored: what is stored can be read, scored and tracked."""

import math
from collections.abc import Iterator

from clue.records import Completion

MAX_COUNT = 2**31 - 1
"""Largest number of tokens; tables and tracking stores have integers of 32 bits in mind."""
CHARACTERS_PER_TOKEN = 1024
"""Most characters of a token: a vocabulary's longest ones are runs of some hundred spaces."""
FINISH_REASONS = ("stop", "length")


def fault(completion: Completion, budget: int | None = None) -> str | None:
    """Returns the reason why no model gives such an answer, without its text; None = plausible.

    Args:
        completion: the answer.
        budget: most new tokens; None = nothing limits them.
    """
    return next(_faults(completion, budget), None)


def _faults(completion: Completion, budget: int | None) -> Iterator[str]:
    if not isinstance(completion.text, str):
        yield f"its text is {type(completion.text).__name__}"
        return
    if not _is_unicode(completion.text):
        yield "its text contains half of a surrogate pair, which is no character"
    for name in ("prompt_tokens", "new_tokens"):
        count = getattr(completion, name)
        if type(count) is not int or not 0 <= count <= MAX_COUNT:
            yield f"its {name} are no number of tokens"
            return
    if completion.finish_reason not in FINISH_REASONS:
        yield f"it ended in none of the ways {', '.join(FINISH_REASONS)}"
    seconds = completion.seconds
    if type(seconds) not in (int, float) or not math.isfinite(seconds) or seconds < 0:
        yield "its seconds are no duration"
    if budget is not None:
        yield from _contradictions(completion, budget)


def _contradictions(completion: Completion, budget: int) -> Iterator[str]:
    new = completion.new_tokens
    if new > budget:
        yield f"it has {new} tokens, {budget} were allowed"
    if completion.finish_reason == "length" and new < budget:
        yield f"it is cut at {new} of {budget} tokens"
    if len(completion.text) > CHARACTERS_PER_TOKEN * new:
        yield f"it has {len(completion.text)} characters in {new} tokens"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
