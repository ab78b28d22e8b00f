"""How prompts are put to a server, and what its answers mean.

Three ways, the best first: `tokens`, our token ids; `text`, our text with its special tokens,
which the server splits into the same ids; `chat`, the turns, which the server's template lays out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clue.backends.openai.http_client import Refused
from clue.checkpoints.chat_template import Chat
from clue.records import Completion, FinishReason, Message, Prompt

Api = Literal["tokens", "text", "chat"]

SEED = 0
"""Greedy decoding draws nothing; sent for servers that draw anyway."""
STOPS = 4
"""Most stop strings that the interface takes."""
FINISH: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
}
"""A server's word for how an answer ended; any other is no answer."""


@dataclass(frozen=True)
class Dialect:
    """What a server takes."""

    api: Api
    ids: bool
    """Whether it takes stop ids and gives the answer's ids (vLLM), so that both are exact."""
    bos: Literal["ours", "server's"] = "ours"
    """Who puts the BOS token before a text."""

    @property
    def path(self) -> str:
        """Where requests go, below the server's address."""
        return "chat/completions" if self.api == "chat" else "completions"

    @property
    def facts(self) -> dict[str, Any]:
        """What of it can change a completion."""
        return {"api": self.api, "answers": "ids" if self.ids else "text", "bos": self.bos}


@dataclass(frozen=True)
class Request:
    """What is sent for one prompt, and what the answer must agree with."""

    body: Mapping[str, Any]
    tokens: int
    """Of the prompt after our template."""
    budget: int
    """Most new tokens."""


def request(dialect: Dialect, chat: Chat, prompt: Prompt, served: str) -> Request:
    """Greedy decoding, free of the penalties that a generation config may hold.

    Raises:
        Refused: the tokenizer does not read our text back as our ids.
    """
    ids = chat.render(prompt.messages)
    body: dict[str, Any] = {
        "model": served,
        "max_tokens": prompt.max_new_tokens,
        "temperature": 0,
        "frequency_penalty": 0,
        "seed": SEED,
    }
    if ends := stops(dialect, chat):
        body["stop"] = ends
    if dialect.ids:
        body |= {"stop_token_ids": chat.stop_ids, "return_token_ids": True}
        body |= {"presence_penalty": 0, "repetition_penalty": 1}
    if dialect.api == "chat":
        body["messages"] = [turn._asdict() for turn in turns(chat, prompt.messages)]
    elif dialect.api == "tokens":
        body["prompt"] = ids
    else:
        body |= {"add_special_tokens": False} if dialect.ids else {}
        body["prompt"] = text(dialect, chat, ids)
    return Request(body, len(ids), prompt.max_new_tokens)


def turns(chat: Chat, messages: Sequence[Message]) -> Sequence[Message]:
    """The turns as a server's template gets them: the system turn folded where ours folds it."""
    if chat.system != "folded into the user turn" or messages[0].role != "system":
        return messages
    system, first, *rest = messages
    return [Message("user", f"{system.content}\n\n{first.content}"), *rest]


def text(dialect: Dialect, chat: Chat, ids: Sequence[int]) -> str:
    """The text that the tokenizer splits into exactly these ids.

    Raises:
        Refused: there is none, as with tokenizers that add a space.
    """
    left = dialect.bos == "server's" and chat.adds_bos
    made: str = chat.tokenizer.decode(
        ids[1:] if left else ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    if list(chat.tokenizer(made, add_special_tokens=left)["input_ids"]) != list(ids):
        raise Refused("the tokenizer splits the prompt's text into other tokens")
    return made


def stops(dialect: Dialect, chat: Chat) -> list[str]:
    """Strings that end an answer: the layout's, and the end tokens' where ids are not taken."""
    ends = [] if dialect.ids else chat.tokenizer.convert_ids_to_tokens(chat.stop_ids)
    return [*chat.stop_strings, *ends][:STOPS]


def read(
    dialect: Dialect, chat: Chat, asked: Request, answer: Mapping[str, Any], seconds: float
) -> Completion:
    """What an answer says, cut as our own loop cuts.

    Raises:
        Refused: it is not the answer to exactly this prompt and budget.
    """
    try:
        choice = answer["choices"][0]
        said = choice["message"]["content"] if dialect.api == "chat" else choice["text"]
        ids = list(map(int, choice["token_ids"])) if dialect.ids else None
        if not isinstance(said, str | None):
            raise TypeError
        reason = FINISH.get(str(choice["finish_reason"]))
        usage = answer["usage"]
        sent, new = int(usage["prompt_tokens"]), int(usage["completion_tokens"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Refused(f"an answer without {_missing(error)}") from None
    if reason is None:
        raise Refused(f"an answer that ended with {str(choice['finish_reason'])[:30]}")
    if dialect.api != "chat" and sent != asked.tokens:
        raise Refused(f"the server read {sent} tokens where the prompt has {asked.tokens}")
    if reason == "length" and new < asked.budget:
        raise Refused(f"the server ended the answer at {new} of {asked.budget} tokens")
    if ids is not None:
        return chat.completion(sent, ids, seconds)
    kept, *rest = _split(said or "", stops(dialect, chat))
    return Completion(kept, "stop" if rest else reason, sent, new, seconds)


def _split(said: str, ends: Sequence[str]) -> list[str]:
    """An answer, and what follows its first stop string."""
    return re.split("|".join(map(re.escape, ends)), said, maxsplit=1) if ends else [said]


def _missing(error: Exception) -> str:
    return str(error) if isinstance(error, KeyError) else "choices and usage"
