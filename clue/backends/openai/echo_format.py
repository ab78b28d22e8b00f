"""Requests for the log-probabilities of a prompt's own tokens, and their answers (`echo`).

The interface for completions, not that for chats, can repeat a prompt with the log-probability of
each of its tokens. Reasons never quote an answer: it repeats the prompt.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from clue.backends.openai.http_client import RequestRefused
from clue.backends.openai.request_format import SEED, Dialect, Request, exact_text
from clue.checkpoints.chat_template import Chat

NEW_TOKENS = 1
"""The least that all servers accept; the new token is not used."""
ROUNDING = 1e-6
"""Most that a server may be above a logarithm of 0, by its arithmetic."""


def build_echo(dialect: Dialect, chat: Chat, ids: Sequence[int], served_model: str) -> Request:
    """Request the log-probabilities of token ids.

    Raises:
        RequestRefused: the tokenizer does not convert the text of the ids back to them.
    """
    body: dict[str, Any] = {
        "model": served_model,
        "max_tokens": NEW_TOKENS,
        "temperature": 0,
        "seed": SEED,
        "echo": True,
        "logprobs": 1,
    }
    if dialect.api == "tokens":
        body["prompt"] = list(ids)
    else:
        body |= {"add_special_tokens": False} if dialect.ids else {}
        body["prompt"] = exact_text(dialect, chat, ids)
    return Request(body, len(ids), NEW_TOKENS)


def parse_echo(request: Request, answer: Mapping[str, Any], count: int) -> tuple[float, ...]:
    """Returns the log-probabilities of the last tokens of the prompt.

    Args:
        request: of `build_echo`.
        answer: of the server.
        count: number of tokens.

    Raises:
        RequestRefused: it is not the answer to exactly this prompt.
    """
    try:
        values = answer["choices"][0]["logprobs"]["token_logprobs"]
        sent = answer["usage"]["prompt_tokens"]
    except (KeyError, IndexError, TypeError):
        raise RequestRefused("an answer without log-probabilities of the prompt") from None
    if sent != request.tokens:
        raise RequestRefused(f"the server read another number of tokens than {request.tokens}")
    lengths = (request.tokens, request.tokens + NEW_TOKENS)
    if not isinstance(values, list) or len(values) not in lengths:
        raise RequestRefused("an answer with another number of log-probabilities than of tokens")
    last = values[request.tokens - count : request.tokens]
    if not all(map(_is_logprob, last)):
        raise RequestRefused("an answer with a value that is no log-probability")
    return tuple(min(float(value), 0.0) for value in last)


def _is_logprob(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value <= ROUNDING
