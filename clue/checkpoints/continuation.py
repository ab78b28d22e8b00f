"""Continuations of a prompt as token ids, split from the prompt where their tokens begin to differ.

A continuation is never split into tokens alone: "B" behind a heading and "B" at the beginning of a
text can be different tokens, and a token can span the end of the prompt and the first letter of a
continuation. All continuations of a prompt are therefore scored behind the same context, the tokens
that the prompt and every continued prompt begin with. A token that spans the boundary is then part
of the continuation, and the end of the prompt is part of every other one.
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from clue.checkpoints.chat_template import Chat
from clue.errors import ModelError
from clue.records import Prompt

VERSION = 1
"""Version of these rules, part of the identity of every stored log-probability."""


class ContinuedPrompt(NamedTuple):
    """A prompt and its continuations as token ids."""

    context: list[int]
    """Read once for all continuations, shape (any,)."""
    continuations: tuple[list[int], ...]
    """Scored behind the context; at least one token each."""


def in_context(prompt: Sequence[int], continued: Sequence[Sequence[int]]) -> ContinuedPrompt:
    """Splits continued prompts behind the tokens that they share with the prompt.

    Args:
        prompt: token ids of the prompt alone.
        continued: token ids of the prompt with each continuation.

    Raises:
        ModelError: they share no token, or a continuation has none.

    >>> in_context([1, 2, 3], [[1, 2, 3, 7], [1, 2, 3, 8, 9]])
    ContinuedPrompt(context=[1, 2, 3], continuations=([7], [8, 9]))
    >>> in_context([1, 2, 3], [[1, 2, 3, 7], [1, 2, 38]])
    ContinuedPrompt(context=[1, 2], continuations=([3, 7], [38]))
    """
    columns = zip(prompt, *continued, strict=False)
    length = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    if not 0 < length < min(map(len, continued)):
        raise ModelError(
            "the tokenizer leaves no token for a continuation, or none of the prompt before it: "
            "its log-probability is undefined. Leave scoring.choice=false for this model"
        )
    return ContinuedPrompt(list(prompt[:length]), tuple(list(row[length:]) for row in continued))


def continued_prompt(chat: Chat, prompt: Prompt, continuations: Sequence[str]) -> ContinuedPrompt:
    """Returns a prompt and the beginnings of its answer in the layout of a model.

    Raises:
        ModelError: see `in_context`.
    """
    rows = [chat.render(prompt.messages, text) for text in continuations]
    return in_context(chat.render(prompt.messages), rows)
