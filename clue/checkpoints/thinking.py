"""Probe of a chat template: variables that switch thinking off, prompts that open a thought.

Names of models decide nothing. A variable of the template is a switch if its name speaks of
thoughts and a value of it changes the prompt.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal, TypeVar

from clue.common.thought_tags import CHANNEL, CLOSING, OPENING

Rendering = tuple[str, str]
"""Text of a prompt before and after the end of its last question."""
Render = Callable[[Mapping[str, Any]], Rendering]
"""Lays out the probe with these values of the template's variables."""
State = Literal["open", "closed", "absent"]
Result = TypeVar("Result")

_THOUGHT = re.compile(r"think|thought|reason|(?:^|_)cot(?:_|$)", re.I)
_AMOUNT = re.compile(r"budget|tokens|limit", re.I)
_CHOICE = re.compile(r"effort|mode|level|type", re.I)
_NEGATED = re.compile(r"^(?:no|non|not|disable|skip|without|hide|suppress)_?", re.I)
_END = re.compile(r"/|end|close|stop", re.I)
OFF_WORDS = ("off", "none", "no", "no_think", "nothink", "disabled", "chat")
"""Words that switch thinking off, if the template compares a variable with them."""
ON_WORDS = ("on", "enabled", "think", "thinking", "medium", "high", "low")
"""Words that switch thinking on, in the order in which they are tried."""


def switches_off(template: str, render: Render, added: Collection[str]) -> dict[str, Any]:
    """Returns the variable of a template, with its value, that makes the model answer at once.

    Empty if the template has none, or does not think by itself.

    Args:
        template: Jinja source.
        render: lays out the probe.
        added: tokens that the tokenizer has in addition to its vocabulary.
    """
    unset = render({})
    default = state(unset[1], added)
    if default == "closed":
        return {}
    switches: dict[State, list[dict[str, Any]]] = {"open": [], "closed": [], "absent": []}
    for name, value in values(template, every=default == "open"):
        rendering = attempt(lambda setting={name: value}: render(setting))  # type: ignore[misc]
        if rendering is None or rendering == unset or unclosed(rendering) > unclosed(unset):
            continue
        switches[state(rendering[1], added)].append({name: value})
    return next(iter([*switches["closed"], *switches["absent"]]), {})


def state(end: str, added: Collection[str] = ()) -> State:
    """Returns the state of the thought at the end of a prompt.

    >>> [state(end) for end in ("assistant", "<think>", "<think></think>", "<|channel|>analysis")]
    ['absent', 'open', 'closed', 'open']
    """
    marks = [token for token in added if (opens(token) or closes(token)) and token in end]
    opened = [match.end() for match in OPENING.finditer(end)]
    closed = [match.end() for match in CLOSING.finditer(end)]
    for token in marks:
        (closed if closes(token) else opened).append(end.rindex(token) + len(token))
    for channel in CHANNEL.finditer(end):
        (closed if channel[1] == "final" else opened).append(channel.end())
    if not opened and not closed:
        return "absent"
    return "open" if max(opened, default=0) > max(closed, default=0) else "closed"


def chooses_channel(prompt_end: str, answered_end: str) -> bool:
    """True if an answer begins with the name of a channel, which the model chooses.

    Args:
        prompt_end: text of a prompt after its question.
        answered_end: text between the question and its answer, where the answer is known.
    """
    return bool(CHANNEL.search(answered_end)) and not CHANNEL.search(prompt_end)


def opens(token: str) -> bool:
    """Tests if a token of the vocabulary opens a thought, by its name."""
    return _THOUGHT.search(token) is not None and not _END.search(token)


def closes(token: str) -> bool:
    """Tests if a token of the vocabulary closes a thought, by its name."""
    return _THOUGHT.search(token) is not None and _END.search(token) is not None


def unclosed(rendering: Rendering) -> int:
    """Number of tags that open a thought, or ask for one, without one that closes it."""
    text = "".join(rendering)
    return len(OPENING.findall(text)) - len(CLOSING.findall(text))


def attempt(render: Callable[[], Result]) -> Result | None:
    """Returns a rendering; None if the template fails on its values."""
    from jinja2 import TemplateError

    try:
        return render()
    except (TemplateError, TypeError, ValueError, AttributeError):
        return None


def values(template: str, *, every: bool = False, on: bool = False) -> Iterator[tuple[str, Any]]:
    """Yields names of variables with the values to try, the most likely first.

    Args:
        template: Jinja source.
        every: try other values too than the one that the name of the variable suggests.
        on: values that switch thinking on, not off.
    """
    from jinja2 import Environment

    # a lexer needs no extension that the template may use
    tokens = [(kind, word) for _, kind, word in Environment(autoescape=True).lex(template)]
    strings = {word.strip("'\"") for kind, word in tokens if kind == "string"}
    words = [word for word in (ON_WORDS if on else OFF_WORDS) if word in strings]
    for name in sorted({word for kind, word in tokens if kind == "name"}):
        if not _THOUGHT.search(name):
            continue
        if _AMOUNT.search(name):
            options: list[Any] = [] if on else [0]
        elif _CHOICE.search(name):
            options = list(words)
        else:
            likely = (_NEGATED.search(name) is not None) != on
            options = [likely, *([not likely, *words] if every else [])]
        yield from ((name, option) for option in options)
