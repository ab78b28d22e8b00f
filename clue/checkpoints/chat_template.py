"""Messages to exactly the token ids that a model sees, once, for every backend.

How a model wants its turns is found out with a probe when the tokenizer is opened and then holds
for the whole cell; `Chat.facts` records it. Dates that templates print are frozen, since the same
prompt must give the same tokens tomorrow.
"""

from collections.abc import Sequence
from typing import Any, Literal

from clue.errors import ModelError
from clue.records import Completion, FinishReason, Message, sha256

FROZEN_DATE = {"%d %b %Y": "26 Jul 2024", "%Y-%m-%d": "2024-07-26", "%B %d, %Y": "July 26, 2024"}
"""strftime format to what a template gets for it; other formats get the first."""

PLAIN_STOP = "\nInput:"
"""A model without a chat template has ended its turn when it begins the next one itself."""

_PROBE = [
    Message("system", "sys7em"),
    Message("user", "qu3ry"),
    Message("assistant", "an5wer"),
    Message("user", "foll0w"),
]

System = Literal["own turn", "folded into the user turn", "plain text"]


class Chat:
    """How one model's conversations are laid out.

    Args:
        tokenizer: a Hugging Face tokenizer.
        ends: ids that end a turn according to config and generation config.
    """

    def __init__(self, tokenizer: Any, ends: Sequence[int] = ()) -> None:
        self.tokenizer = tokenizer
        self.template = _frozen(tokenizer.chat_template) if tokenizer.chat_template else None
        self.adds_bos = _adds_bos(tokenizer)
        self.system: System = self._probe_system() if self.template else "plain text"
        own = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
        self.stop_ids = sorted({*ends, *own, *self._end_of_turn()})
        self.stop_strings = () if self.template else (PLAIN_STOP,)

    @property
    def facts(self) -> dict[str, Any]:
        """What was done; part of the fingerprint."""
        return {
            "layout": "chat template" if self.template else "plain",
            "template_sha256": sha256(self.template) if self.template else None,
            "system": self.system,
            "bos": self.adds_bos,
            "stop_ids": self.stop_ids,
            "stop_strings": list(self.stop_strings),
        }

    def render(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of the conversation, ready for the assistant's answer.

        Raises:
            ModelError: the layout would double the BOS token.
        """
        text = self._apply(self._fold(messages), answer=True) if self.template else _plain(messages)
        ids = list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        bos = self.tokenizer.bos_token_id
        if self.adds_bos and ids[:1] != [bos]:
            ids = [bos, *ids]
        if self.adds_bos and ids[1:2] == [bos]:
            raise ModelError(
                "the chat template begins with two BOS tokens; report it to the model's authors"
            )
        return ids

    def completion(self, prompt_tokens: int, answer: Sequence[int], seconds: float) -> Completion:
        """What new token ids say: cut where the turn ends; what follows is padding."""
        ends = [place for place, token in enumerate(answer) if token in self.stop_ids]
        kept = answer[: ends[0]] if ends else answer
        text: str = self.tokenizer.decode(
            kept, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        reason: FinishReason = "stop" if ends else "length"
        for stop in self.stop_strings:
            if stop in text:
                text, reason = text.partition(stop)[0], "stop"
        return Completion(text, reason, prompt_tokens, len(kept) + bool(ends), seconds)

    def _fold(self, messages: Sequence[Message]) -> Sequence[Message]:
        if self.system != "folded into the user turn" or messages[0].role != "system":
            return messages
        system, first, *rest = messages
        return [Message("user", f"{system.content}\n\n{first.content}"), *rest]

    def _apply(self, messages: Sequence[Message], *, answer: bool) -> str:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        text: str = self.tokenizer.apply_chat_template(
            turns, chat_template=self.template, tokenize=False, add_generation_prompt=answer
        )
        return text

    def _probe_system(self) -> System:
        """Some templates refuse a system turn, with many texts, some drop it in silence."""
        from jinja2 import TemplateError

        try:
            if _PROBE[0].content in self._apply(_PROBE, answer=True):
                return "own turn"
        except TemplateError:
            pass
        self.system = "folded into the user turn"
        try:
            self._apply(self._fold(_PROBE), answer=True)
        except TemplateError as error:
            raise ModelError(
                f"the chat template refuses user and assistant turns: {error}. Name another "
                "checkpoint, or one "
                "without a template, for which the plain layout is used."
            ) from error
        return self.system

    def _end_of_turn(self) -> list[int]:
        """The token that the template puts after an answer; generation configs forget it."""
        if not self.template:
            return []
        text = self._apply(self._fold(_PROBE[:3]), answer=False)
        after = text.rpartition(_PROBE[2].content)[2].lstrip()
        first = self.tokenizer(after, add_special_tokens=False)["input_ids"][:1]
        special = {*self.tokenizer.all_special_ids, *self.tokenizer.added_tokens_decoder}
        return [token for token in first if token in special]


def _plain(messages: Sequence[Message]) -> str:
    """Turns for a model that was never taught any: headings, and room for the answer at the end."""
    parts = {"system": "{}\n\n", "user": "Input: {}\n", "assistant": "Output: {}\n\n"}
    return "".join(parts[role].format(content) for role, content in messages) + "Output:"


def _frozen(template: str) -> str:
    """The template with a clock that stands still (a macro shadows the library's function)."""
    if "strftime_now" not in template:
        return template
    default = next(iter(FROZEN_DATE.values()))
    date = f"{{{{ {FROZEN_DATE!r}.get(format, {default!r}) }}}}"
    return f"{{% macro strftime_now(format) %}}{date}{{% endmacro %}}{template}"


def _adds_bos(tokenizer: Any) -> bool:
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and list(ids[:1]) == [tokenizer.bos_token_id]
