"""Completions in a server's answers; an answer that no model gives to the request is refused.

Reasons never quote the answer: it may repeat the prompt.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from clue.backends.openai.http_client import RequestRefused
from clue.backends.openai.request_format import Dialect, Request, stop_strings
from clue.checkpoints.chat_template import Chat
from clue.common.plural import counted
from clue.records import Completion, FinishReason
from clue.store import plausible

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
}
"""A server's word for the end of an answer; an answer with another word is refused."""
OTHER_REASONS = ("abort", "content_filter", "error", "function_call", "tool_calls")
"""Words of the interface that an error may repeat."""
REASONING = ("reasoning_content", "reasoning")
"""Fields of the thoughts that a server separates from the answer."""


def parse_answer(
    dialect: Dialect, chat: Chat, request: Request, answer: Mapping[str, Any], seconds: float
) -> Completion:
    """Completion of a server's answer, cut in the same way as by backend=transformers.

    Raises:
        RequestRefused: it is not the answer to exactly this prompt and budget.
    """
    try:
        choice = answer["choices"][0]
        text = _content(choice["message"], "content") if dialect.api == "chat" else choice["text"]
        usage = answer["usage"]
        sent, new = usage["prompt_tokens"], usage["completion_tokens"]
        reason = _reason(choice["finish_reason"])
        ids: Any = choice["token_ids"] if dialect.ids else None
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise RequestRefused(f"an answer without {_missing(error)}") from None
    _check_model(request, answer.get("model"))
    if not isinstance(text, str):
        raise RequestRefused("an answer whose text is null or no text")
    _check_usage(dialect, request, reason, sent, new)
    if dialect.ids:
        _check_ids(chat, ids, new)
        completion = chat.completion(sent, ids, seconds)
        cut_by_server = reason == "stop" and ids[-1] in chat.special_ids
        budget = None if cut_by_server else request.budget
    else:
        content, *rest = _split(text, stop_strings(dialect, chat))
        completion = Completion(content, "stop" if rest else reason, sent, new, seconds)
        budget = request.budget
    problem = plausible.fault(completion, budget)
    if problem:
        raise RequestRefused(f"an answer that cannot be: {problem}")
    return completion


def _content(message: Mapping[str, Any], name: str) -> Any:
    """The text of a message; a server with a parser of thoughts may return these alone."""
    if not message.get(name) and any(message.get(field) for field in REASONING):
        raise RequestRefused(
            "an answer of thoughts without an answer (reasoning_content): start the server with "
            "thinking switched off, vLLM by --default-chat-template-kwargs "
            """'{"enable_thinking": false}', llama.cpp by --chat-template-kwargs with the same """
            "value, and without a parser of thoughts (--reasoning-parser)"
        )
    return message[name]


def _reason(word: Any) -> FinishReason:
    reason = FINISH_REASONS.get(word) if isinstance(word, str) else None
    if reason is None:
        raise RequestRefused(f"an answer that ended with {_form(word)}")
    return reason


def _form(word: Any) -> str:
    """The server's word if the interface has it; of another one its form, as it may be content."""
    if not isinstance(word, str):
        return f"a finish_reason that is no text ({type(word).__name__})"
    if word in OTHER_REASONS:
        return word
    return f"an unknown finish_reason of {counted(len(word), 'character')}"


def _check_model(request: Request, name: Any) -> None:
    """Check the answering model; some servers add a revision (`<model>@<revision>`), or no name."""
    requested = str(request.body["model"])
    if name is not None and name != requested and not str(name).startswith(f"{requested}@"):
        raise RequestRefused(
            f"an answer by another model than {requested}: name the one that answers with "
            "backend.model=<name>"
        )


def _check_usage(
    dialect: Dialect, request: Request, reason: FinishReason, sent: Any, new: Any
) -> None:
    for count in (sent, new):
        if type(count) is not int or not 0 <= count <= plausible.MAX_COUNT:
            raise RequestRefused("an answer without choices and usage")
    if dialect.api != "chat" and sent != request.tokens:
        raise RequestRefused(f"the server read {sent} tokens where the prompt has {request.tokens}")
    if new > request.budget:
        raise RequestRefused(f"the server counted {new} of {request.budget} tokens in the answer")
    if reason == "length" and new < request.budget:
        raise RequestRefused(f"the server ended the answer at {new} of {request.budget} tokens")


def _check_ids(chat: Chat, ids: Any, new: int) -> None:
    """Check the ids before the tokenizer reads them: one that is too large ends the process."""
    if not isinstance(ids, list) or not all(type(token) is int for token in ids):
        raise RequestRefused("an answer without choices and usage")
    if not ids or len(ids) != new:
        raise RequestRefused(f"an answer with {len(ids)} token ids, counted as {new}")
    if not all(0 <= token < chat.vocabulary for token in ids):
        raise RequestRefused("an answer with token ids that the model's vocabulary does not have")


def _split(text: str, stops: Sequence[str]) -> list[str]:
    """An answer, and the text after its first stop string."""
    return re.split("|".join(map(re.escape, stops)), text, maxsplit=1) if stops else [text]


def _missing(error: Exception) -> str:
    return repr(error.args[0]) if isinstance(error, KeyError) else "choices and usage"
