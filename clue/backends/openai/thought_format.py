"""Thought and answer of one request to a server that lays out turns: their split and their tokens.

The server's template decides if the model thinks. One budget holds for both parts, so a thought may
be longer than its own; an answer that is longer than its own is cut here.
"""

from bisect import bisect_right
from typing import NamedTuple

from clue.backends.openai.http_client import RequestRefused
from clue.backends.openai.request_format import Dialect, OneRequest, split_at_stop, stop_strings
from clue.backends.openai.server_answer import ServerAnswer
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT, SplitAnswer, ThoughtForm
from clue.common.thought_tags import CLOSING, OPENING
from clue.records import Completion, FinishReason
from clue.store import plausible

SPECIAL_KEPT = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
SPECIAL_LEFT_OUT = SPECIAL_KEPT | {"skip_special_tokens": True}


class _AnswerTokens(NamedTuple):
    """Tokens of the answer behind a thought."""

    ids: list[int]
    """Of the server, else of the tokenizer here."""
    total: int
    """Their number, also by other means than the ids."""


def split_completion(
    dialect: Dialect, chat: Chat, thinking: OneRequest, answer: ServerAnswer, seconds: float
) -> Completion:
    """Completion of a thought and its answer. A thought that never ended leaves no answer.

    `thought_tokens` are all new tokens but those of the answer. These are counted by the server's
    ids, else by its report on the thought (`reasoning_tokens`), else by the tokenizer here, which
    estimates them.

    Args:
        dialect: form of the request.
        chat: the tokenizer.
        thinking: form of the thoughts and budget of the answer.
        answer: of the server.
        seconds: of the completion.

    Raises:
        RequestRefused: a text is no unicode, which the tokenizer cannot read.
    """
    if not all(map(plausible.is_unicode, (answer.text, answer.thought or ""))):
        raise RequestRefused("an answer that cannot be: it contains half of a surrogate pair")
    text, *rest = split_at_stop(_full_text(chat, answer), stop_strings(dialect, chat))
    reason: FinishReason = "stop" if rest else answer.reason
    split = _split(thinking.form, text, answer)
    thought, end = split.thought, split.end
    if end == "open":
        return Completion("", "stop", answer.sent, 0, seconds, thought, answer.new, end)
    tokens = _answer_tokens(chat, thinking.form, answer, split)
    text, new, budget = split.answer, tokens.total, thinking.answer_budget
    if new > budget:
        text = chat.tokenizer.decode(tokens.ids[:budget], **SPECIAL_LEFT_OUT)
        reason, new = "length", budget
    elif answer.ids is not None:
        for token in chat.tokenizer.all_special_tokens:
            text = text.replace(token, "")
    thought_tokens = 0 if thought is None else answer.new - tokens.total
    return Completion(text, reason, answer.sent, new, seconds, thought, thought_tokens, end)


def _full_text(chat: Chat, answer: ServerAnswer) -> str:
    """Text with the marks of thoughts, which may be special tokens, up to the end of the turn."""
    if answer.ids is None or answer.thought is not None:
        return answer.text
    end = next((i for i, token in enumerate(answer.ids) if token in chat.stop_ids), None)
    text: str = chat.tokenizer.decode(answer.ids[:end], **SPECIAL_KEPT)
    return text


def _split(form: ThoughtForm | None, text: str, answer: ServerAnswer) -> SplitAnswer:
    """The parts of a text, or of a text and the thought that the server separated from it.

    A chain of thought on request is part of the text also if the server separated another thought.
    """
    if answer.thought is not None and form is not CHAIN_OF_THOUGHT:
        if text.strip():
            return SplitAnswer(answer.thought, text, "closed")
        return SplitAnswer(answer.thought, "", "open")
    split = form.split(text) if form else _by_tags(text)
    if answer.thought_tokens and split.end != "closed" and form is not CHAIN_OF_THOUGHT:
        # the server reports a thought and keeps its text to itself
        return SplitAnswer("", text, "closed") if text.strip() else SplitAnswer("", "", "open")
    if answer.thought is None:
        return split
    parts = (answer.thought, split.thought)
    return split._replace(thought="\n\n".join(part for part in parts if part))


def _by_tags(text: str) -> SplitAnswer:
    """The parts of a text by the tags of any model."""
    opening = OPENING.match(text.lstrip())
    start = len(text) - len(text.lstrip()) + opening.end() if opening else 0
    *_, closing = [None, *CLOSING.finditer(text)]
    if closing:
        return SplitAnswer(text[start : closing.start()].strip(), text[closing.end() :], "closed")
    return (
        SplitAnswer(text[start:].strip(), "", "open")
        if opening
        else SplitAnswer(None, text, "absent")
    )


def _answer_tokens(
    chat: Chat, form: ThoughtForm | None, answer: ServerAnswer, split: SplitAnswer
) -> _AnswerTokens:
    ids = list(chat.tokenizer(split.answer, add_special_tokens=False)["input_ids"])
    if split.end == "absent":
        return _AnswerTokens(answer.ids or ids, answer.new)
    exact = _ids_of_end(chat, answer.ids or [], split.answer.strip())
    if exact:
        return _AnswerTokens(exact, len(exact))
    reported = answer.thought_tokens or answer.new
    if reported < answer.new and form is not CHAIN_OF_THOUGHT:
        return _AnswerTokens(ids, answer.new - reported)
    end_of_turn = int(answer.reason == "stop")
    return _AnswerTokens(ids, min(len(ids) + end_of_turn, answer.new))


def _ids_of_end(chat: Chat, ids: list[int], text: str) -> list[int]:
    """The ids from the token in which the last occurrence of a text begins; empty without one."""

    def decoded(count: int) -> str:
        return str(chat.tokenizer.decode(ids[:count], **SPECIAL_KEPT))

    start = decoded(len(ids)).rfind(text) if text else -1
    if start < 0:
        return []
    lengths = range(len(ids) + 1)
    return ids[bisect_right(lengths, start, key=lambda count: len(decoded(count))) - 1 :]
