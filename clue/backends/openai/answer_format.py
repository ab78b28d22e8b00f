"""Completions in a server's answers; an answer that no model gives to the request is refused.

Reasons never quote the answer: it may repeat the prompt.
"""

from collections.abc import Mapping
from typing import Any

from clue.backends.openai.http_client import RequestRefused
from clue.backends.openai.request_format import Dialect, Request, split_at_stop, stop_strings
from clue.backends.openai.server_answer import ServerAnswer
from clue.backends.openai.thought_format import split_completion
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


def read_answer(
    dialect: Dialect, chat: Chat, request: Request, answer: Mapping[str, Any]
) -> ServerAnswer:
    """Read and check a server's answer.

    Raises:
        RequestRefused: it is not the answer to exactly this prompt and budget.
    """
    thought = None
    try:
        choice = answer["choices"][0]
        if dialect.api == "chat":
            text, thought = _parts(choice["message"], may_think=request.thinking is not None)
        else:
            text = choice["text"]
        usage = answer["usage"]
        sent, new = usage["prompt_tokens"], usage["completion_tokens"]
        reason = _reason(choice["finish_reason"])
        ids: Any = choice["token_ids"] if dialect.ids else None
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise RequestRefused(f"an answer without {_missing(error)}") from None
    _check_model(request, answer.get("model"))
    thought_tokens = _thought_tokens(usage, new)
    if text is None and request.thinking and thought_tokens:
        text = ""  # the thought took the budget, and the server keeps its text to itself
    if not isinstance(text, str):
        raise RequestRefused("an answer whose text is null or no text")
    _check_usage(dialect, request, reason, sent, new)
    if dialect.ids:
        _check_ids(chat, ids, new)
    return ServerAnswer(text, thought, reason, sent, new, thought_tokens, ids)


def completion_at_once(
    dialect: Dialect, chat: Chat, answer: ServerAnswer, seconds: float
) -> Completion:
    """Completion of an answer without a thought, cut in the same way as by backend=transformers."""
    if answer.ids is not None:
        return chat.completion(answer.sent, answer.ids, seconds)
    text, *rest = split_at_stop(answer.text, stop_strings(dialect, chat))
    return Completion(text, "stop" if rest else answer.reason, answer.sent, answer.new, seconds)


def parse_answer(
    dialect: Dialect, chat: Chat, request: Request, answer: Mapping[str, Any], seconds: float
) -> Completion:
    """Completion of a server's answer; `request` tells if it may begin with a thought.

    Raises:
        RequestRefused: it is not the answer to exactly this prompt and budget.
    """
    read = read_answer(dialect, chat, request, answer)
    if request.thinking:
        completion = split_completion(dialect, chat, request.thinking, read, seconds)
        budget: int | None = request.thinking.answer_budget
    else:
        completion, budget = completion_at_once(dialect, chat, read, seconds), request.budget
    if read.ids and read.reason == "stop" and read.ids[-1] in chat.special_ids:
        budget = None  # the server knows one more end of a turn
    check_plausible(completion, budget, request.budget - (budget or 0))
    return completion


def check_plausible(
    completion: Completion, budget: int | None = None, thought_budget: int = 0
) -> None:
    """Refuse an answer that no model gives.

    Raises:
        RequestRefused: with the reason, which quotes no text.
    """
    problem = plausible.fault(completion, budget, thought_budget)
    if problem:
        raise RequestRefused(f"an answer that cannot be: {problem}")


def _parts(message: Mapping[str, Any], *, may_think: bool) -> tuple[Any, str | None]:
    """Text and thought of a message; a server with a parser of thoughts may return these alone."""
    thoughts = [message[field] for field in REASONING if message.get(field)]
    thought = next((field for field in thoughts if isinstance(field, str)), None)
    if may_think and thought is not None:
        return message.get("content") or "", thought
    if not message.get("content") and thoughts:
        raise RequestRefused(
            "an answer of thoughts without an answer (reasoning_content): start the server with "
            "thinking switched off, vLLM by --default-chat-template-kwargs "
            """'{"enable_thinking": false}', llama.cpp by --chat-template-kwargs with the same """
            "value, and without a parser of thoughts (--reasoning-parser); or let the model think: "
            "thinking.mode=native"
        )
    return message["content"], None


def _thought_tokens(usage: Mapping[str, Any], new: int) -> int | None:
    details = usage.get("completion_tokens_details")
    count = details.get("reasoning_tokens") if isinstance(details, dict) else None
    # servers that separate no thoughts report 0 of them
    return count if type(count) is int and type(new) is int and 0 < count <= new else None


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


def _missing(error: Exception) -> str:
    return repr(error.args[0]) if isinstance(error, KeyError) else "choices and usage"
