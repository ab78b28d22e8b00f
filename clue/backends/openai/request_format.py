"""Requests to a server.

There are three forms of a prompt, the most exact first: `tokens`, our token ids; `text`, our text
with its special tokens, which the server splits into the same ids; `chat`, the turns, which the
server's template lays out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clue.backends.openai.http_client import RequestRefused
from clue.checkpoints.chat_template import Chat
from clue.records import Prompt

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
class Request:
    """Body that is sent for one prompt, and numbers that the answer must match."""

    body: Mapping[str, Any]
    tokens: int
    """Tokens of the prompt after our template."""
    budget: int
    """Most new tokens."""


def build_request(dialect: Dialect, chat: Chat, prompt: Prompt, served_model: str) -> Request:
    """Request greedy decoding, without the penalties that a generation config may have.

    Raises:
        RequestRefused: the tokenizer does not convert our text back to our ids.
    """
    ids = chat.render(prompt.messages)
    body: dict[str, Any] = {
        "model": served_model,
        "max_tokens": prompt.max_new_tokens,
        "temperature": 0,
        "frequency_penalty": 0,
        "seed": SEED,
    }
    if stops := stop_strings(dialect, chat):
        body["stop"] = stops
    if dialect.ids:
        body |= {"stop_token_ids": chat.stop_ids, "return_token_ids": True}
        body |= {"presence_penalty": 0, "repetition_penalty": 1}
    if dialect.api == "chat":
        body["messages"] = [turn._asdict() for turn in chat.fold(prompt.messages)]
        if dialect.ids and chat.switches:
            body["chat_template_kwargs"] = chat.switches
    elif dialect.api == "tokens":
        body["prompt"] = ids
    else:
        body |= {"add_special_tokens": False} if dialect.ids else {}
        body["prompt"] = exact_text(dialect, chat, ids)
    return Request(body, len(ids), prompt.max_new_tokens)


def exact_text(dialect: Dialect, chat: Chat, ids: Sequence[int]) -> str:
    """The text that the tokenizer splits into exactly these ids.

    Raises:
        RequestRefused: there is no such text, for example if the tokenizer adds a space.
    """
    server_adds_bos = dialect.bos == "server's" and chat.adds_bos
    text: str = chat.tokenizer.decode(
        ids[1:] if server_adds_bos else ids,
        skip_special_tokens=False,
        clean_up_tokenization_spaces=False,
    )
    if list(chat.tokenizer(text, add_special_tokens=server_adds_bos)["input_ids"]) != list(ids):
        raise RequestRefused("the tokenizer splits the prompt's text into other tokens")
    return text


def stop_strings(dialect: Dialect, chat: Chat) -> list[str]:
    """Strings that end an answer: the layout's, and end tokens if the server accepts no ids."""
    end_tokens = [] if dialect.ids else chat.tokenizer.convert_ids_to_tokens(chat.stop_ids)
    return [*chat.stop_strings, *end_tokens][:MAX_STOPS]
