"""Conversion of messages to the exact token ids of a model, the same for every backend.

A probe determines the layout that a model's template supports when the tokenizer is opened. The
layout applies to the complete cell, and `Chat.facts` records it. Dates in templates are frozen: the
same prompt must give the same tokens tomorrow.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from clue.checkpoints.end_of_answer import answer_end
from clue.checkpoints.template_text import default_template, frozen
from clue.checkpoints.thought_form import ThoughtForm
from clue.checkpoints.thought_switches import native_thoughts, switches_without_thoughts
from clue.checkpoints.turn_layout import SystemTurn, TurnLayout
from clue.config.generation_schema import NATIVE, ThinkingConf
from clue.errors import ModelError
from clue.records import Completion, FinishReason, Message, sha256


class Chat:
    """Layout of one model's conversations.

    Args:
        tokenizer: a Hugging Face tokenizer.
        end_ids: ids that end a turn according to config and generation config.
        vocabulary: number of ids that the model has; it may be larger than the tokenizer's.
        thoughts: what is asked of the model; none = answers at once.
        tags: texts that open and close its thoughts, if the template shows neither.
    """

    def __init__(
        self,
        tokenizer: Any,
        end_ids: Sequence[int] = (),
        vocabulary: int | None = None,
        thoughts: ThinkingConf | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        self.tokenizer = tokenizer
        self.vocabulary = max(len(tokenizer), vocabulary or 0)
        self.special_ids = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
        template = default_template(tokenizer.chat_template)
        self.template = frozen(template) if template else None
        # a template writes its own BOS; without one a base model was trained with every BOS it has
        is_plain = self.template is None and tokenizer.bos_token_id is not None
        self.adds_bos = is_plain or _adds_bos(tokenizer)
        self.turns = TurnLayout(tokenizer, self.template) if self.template else None
        """Layout by the chat template; None = the model has none, turns are plain text."""
        self.thoughts = self._choose_thoughts(thoughts or ThinkingConf(), tags)
        """Form of the model's own thoughts, if it is to think in it."""
        eos = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
        end = answer_end(self.turns, tokenizer, self.special_ids)
        self.stop_strings = end.strings
        self.stop_ids = sorted({*end_ids, *eos, *end.ids})

    @property
    def system(self) -> SystemTurn:
        """Place of the system turn."""
        return self.turns.system if self.turns else "plain text"

    @property
    def switches(self) -> dict[str, Any]:
        """Values of the template's variables that choose between answers at once and thoughts."""
        return self.turns.switches if self.turns else {}

    @property
    def facts(self) -> dict[str, Any]:
        """The layout; part of the fingerprint."""
        facts: dict[str, Any] = {
            "layout": "chat template" if self.template else "plain",
            "template_sha256": sha256(self.template) if self.template else None,
            "system": self.system,
            "bos": self.adds_bos,
            "stop_ids": self.stop_ids,
            "stop_strings": list(self.stop_strings),
        }
        # absent if they are not used, so that older fingerprints stay valid
        facts |= {"content": "parts"} if self.turns and self.turns.has_parts else {}
        facts |= {"thinking": dict(self.switches)} if self.switches else {}
        if self.thoughts:
            facts["thoughts"] = [self.thoughts.opening, self.thoughts.closing]
        return facts

    @property
    def is_system_late(self) -> bool:
        """True if the system turn stands after the worked examples, at the last question."""
        return self.turns is not None and self.turns.is_system_late

    def text(self, messages: Sequence[Message]) -> str:
        """Text of the conversation, ready for the answer; `render` may put a BOS token before it.

        Args:
            messages: the turns, the last one the user's.
        """
        return self.turns.prompt(messages) if self.turns else _plain(messages)

    def render(self, messages: Sequence[Message], continuation: str = "") -> list[int]:
        """Token ids of the conversation, ready for the assistant's answer or with its beginning.

        Args:
            messages: the turns, the last one the user's.
            continuation: beginning of the answer, which is split into tokens with the text before
                it, since tokens can span both.

        Raises:
            ModelError: the layout would double the BOS token.
        """
        text = self.text(messages)
        text += self.answer_separator + continuation if continuation else ""
        ids = list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        bos = self.tokenizer.bos_token_id
        if self.adds_bos and ids[:1] != [bos]:
            ids = [bos, *ids]
        if self.adds_bos and ids[1:2] == [bos]:
            raise ModelError(
                "the chat template begins with two BOS tokens; report it to the model's authors"
            )
        return ids

    @cached_property
    def answer_separator(self) -> str:
        """White space that the layout puts between a prompt and the answer, as in "Output: yes"."""
        return self.turns.answer_separator if self.turns else " "

    def completion(self, prompt_tokens: int, answer: Sequence[int], seconds: float) -> Completion:
        """Completion of new token ids, cut where the turn ends; later ids are padding."""
        end = next((i for i, token in enumerate(answer) if token in self.stop_ids), None)
        content = answer[:end]
        text: str = self.tokenizer.decode(
            content, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        reason: FinishReason = "length" if end is None else "stop"
        for stop in self.stop_strings:
            if stop in text:
                text, reason = text.partition(stop)[0], "stop"
        return Completion(text, reason, prompt_tokens, len(content) + (end is not None), seconds)

    def fold(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The turns as the template gets them: without a system turn if it supports none."""
        return self.turns.fold(messages) if self.turns else messages

    def _choose_thoughts(self, thoughts: ThinkingConf, tags: Sequence[str]) -> ThoughtForm | None:
        """Form of the thoughts that are asked for; sets the switches of the template.

        Raises:
            ModelError: the model cannot do what is asked of it.
        """
        added = self.tokenizer.get_added_vocab()
        form: ThoughtForm | None = None
        switches: dict[str, Any] = {}
        if thoughts.mode == NATIVE:
            form, switches = native_thoughts(self.turns, added, thoughts.absent, tags)
        if self.turns and not form:
            switches = switches_without_thoughts(self.turns, added)
        if self.turns:
            self.turns.switches = switches
        return form


def _plain(messages: Sequence[Message]) -> str:
    """Turns for a model that knows no turns: headings, the last one before the answer."""
    parts = {"system": "{}\n\n", "user": "Input: {}\n", "assistant": "Output: {}\n\n"}
    return "".join(parts[role].format(content) for role, content in messages) + "Output:"


def _adds_bos(tokenizer: Any) -> bool:
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and list(ids[:1]) == [tokenizer.bos_token_id]
