"""Form of requests to a server.

There are three forms of a prompt, the most exact first: `tokens`, our token ids; `text`, our text
with its special tokens, which the server splits into the same ids; `chat`, the turns, which the
server's template lays out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clue.backends.openai.http_client import RequestRefused
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import ThoughtForm

Api = Literal["tokens", "text", "chat"]

SEED = 0
"""Greedy decoding draws no random numbers; sent to servers that sample anyway."""
MAX_STOPS = 4
"""Most stop strings that the interface accepts."""


@dataclass(frozen=True)
class Dialect:
    """Form of requests that a server accepts."""

    api: Api
    ids: bool
    """True if it accepts stop ids and returns the answer's ids (vLLM), so that both are exact."""
    bos: Literal["ours", "server's"] = "ours"
    """Origin of the BOS token before a text."""

    @property
    def path(self) -> str:
        """Path of requests below the server's address."""
        return "chat/completions" if self.api == "chat" else "completions"

    @property
    def facts(self) -> dict[str, Any]:
        """Facts of it that can change a completion."""
        return {"api": self.api, "answers": "ids" if self.ids else "text", "bos": self.bos}


@dataclass(frozen=True)
class OneRequest:
    """Thought and answer in one request: the budget holds for both, and their parts are split."""

    form: ThoughtForm | None
    """None: only the server knows it, or the tags of other models' thoughts tell."""
    answer_budget: int
    """Most tokens of the answer."""


@dataclass(frozen=True)
class Request:
    """Body that is sent for one prompt, and numbers that the answer must match."""

    body: Mapping[str, Any]
    tokens: int
    """Tokens of the prompt after our template."""
    budget: int
    """Most new tokens."""
    thinking: OneRequest | None = None
    """The new tokens may begin with a thought."""


def exact_text(dialect: Dialect, chat: Chat, ids: Sequence[int]) -> str:
    """The text that the tokenizer splits into exactly these ids.

    Raises:
        RequestRefused: there is no such text, for example if the tokenizer adds a space.
    """
    text: str = chat.tokenizer.decode(
        ids[1:] if _server_adds_bos(dialect, chat) else ids,
        skip_special_tokens=False,
        clean_up_tokenization_spaces=False,
    )
    if text_ids(dialect, chat, text) != list(ids):
        raise RequestRefused("the tokenizer splits the prompt's text into other tokens")
    return text


def text_ids(dialect: Dialect, chat: Chat, text: str) -> list[int]:
    """The token ids that the server splits a text into, with its BOS."""
    adds_bos = _server_adds_bos(dialect, chat)
    return list(chat.tokenizer(text, add_special_tokens=adds_bos)["input_ids"])


def stop_strings(dialect: Dialect, chat: Chat) -> list[str]:
    """Strings that end an answer: the layout's, and end tokens if the server accepts no ids."""
    end_tokens = [] if dialect.ids else chat.tokenizer.convert_ids_to_tokens(chat.stop_ids)
    return [*chat.stop_strings, *end_tokens][:MAX_STOPS]


def _server_adds_bos(dialect: Dialect, chat: Chat) -> bool:
    return dialect.bos == "server's" and chat.adds_bos


def split_at_stop(text: str, stops: Sequence[str]) -> list[str]:
    """An answer, and the text after its first stop string if it has one."""
    return re.split("|".join(map(re.escape, stops)), text, maxsplit=1) if stops else [text]
