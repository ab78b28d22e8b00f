"""Text of conversations as a chat template lays them out, and what a probe shows of the template.

Templates refuse a system turn, drop it or take the text of a turn in parts. A probe finds a form
that keeps every text.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from itertools import product
from typing import Any, Literal

from clue.errors import ModelError
from clue.records import Message

PROBE = [
    Message("system", "sys7em"),
    Message("user", "qu3ry"),
    Message("assistant", "an5wer"),
    Message("user", "foll0w"),
]
"""A conversation whose texts no template contains."""

_PART = "{'type'"
"""Begins a part of a turn in the output of a template that takes no parts."""

SystemTurn = Literal["own turn", "folded into the user turn", "plain text"]
"""Place of the system turn; `plain text` is that of models without a template."""


class TurnLayout:
    """Chat template of one model.

    Args:
        tokenizer: a Hugging Face tokenizer.
        template: Jinja source of the template.

    Raises:
        ModelError: no form of the turns keeps every text; gives the template's reason.
    """

    def __init__(self, tokenizer: Any, template: str) -> None:
        self.tokenizer = tokenizer
        self.template = template
        self.switches: dict[str, Any] = {}
        """Values of the template's variables, in every conversation from now on."""
        self.has_parts = False
        self.system: SystemTurn = self._probe_system()

    @property
    def is_system_late(self) -> bool:
        """True if the system turn stands after the worked examples, at the last question."""
        if self.system != "own turn":
            return False
        text = self.conversation
        return text.index(PROBE[0].content) > text.index(PROBE[2].content)

    @property
    def conversation(self) -> str:
        """Text of the complete probe, ready for the answer to its last question."""
        return self.prompt(PROBE)

    @property
    def continued(self) -> str:
        """Text of the complete probe, up to its last question."""
        return self._apply(PROBE, answer=False)

    @property
    def next_turn(self) -> str:
        """Text between an answer and the next question."""
        return self.continued.partition(PROBE[2].content)[2].partition(PROBE[3].content)[0]

    @property
    def answered(self) -> str:
        """Text of the probe up to its answer, or up to the next question: some need one."""
        from jinja2 import TemplateError

        try:
            return self._apply(PROBE[:3], answer=False)
        except TemplateError:
            return self.continued.rpartition(PROBE[3].content)[0]

    @property
    def answer_separator(self) -> str:
        """White space that the template puts between a prompt and the answer."""
        before, answered = self.prompt(PROBE[:2]), self.answered
        # templates that close a thought in the prompt alone leave no common beginning
        after = answered.removeprefix(before) if answered.startswith(before) else ""
        separator = after.partition(PROBE[2].content)[0]
        return separator if separator.isspace() else ""

    def with_switches(self, switches: Mapping[str, Any]) -> "TurnLayout":
        """Returns the layout with these values of the template's variables."""
        layout = copy(self)
        layout.switches = dict(switches)
        return layout

    def prompt(self, messages: Sequence[Message]) -> str:
        """Returns the text of a conversation, ready for the answer.

        Args:
            messages: the turns, the last one the user's.
        """
        return self._apply(messages, answer=True)

    def fold(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Returns the turns as the template gets them: without a system turn if it has none."""
        if self.system != "folded into the user turn" or messages[0].role != "system":
            return messages
        system, first, *rest = messages
        return [Message("user", f"{system.content}\n\n{first.content}"), *rest]

    def around_question(
        self, switches: Mapping[str, Any], answer: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """Returns the text before and after the end of the probe's question.

        Args:
            switches: values of the template's variables, here only.
            answer: fields of the answer's turn besides its content; None = the prompt alone.
        """
        turns = PROBE[: 2 if answer is None else 3]
        layout = self.with_switches(switches)
        text = layout._apply(turns, answer=answer is None, fields=answer)
        before, _, after = text.rpartition(PROBE[1].content)
        return before, after

    def _apply(
        self, messages: Sequence[Message], *, answer: bool, fields: Mapping[str, str] | None = None
    ) -> str:
        """Text of the turns; `fields` are more of the last one."""
        turns: list[dict[str, Any]] = [
            {"role": role, "content": [{"type": "text", "text": text}] if self.has_parts else text}
            for role, text in self.fold(messages)
        ]
        turns[-1] |= fields or {}
        text: str = self.tokenizer.apply_chat_template(
            turns,
            chat_template=self.template,
            tokenize=False,
            add_generation_prompt=answer,
            **self.switches,
        )
        return text

    def _probe_system(self) -> SystemTurn:
        """Some templates refuse a system turn, with various texts, some drop it silently.

        Templates for pictures may take the text of a turn as a list of parts only.
        """
        forms: tuple[SystemTurn, ...] = ("own turn", "folded into the user turn")
        refusals = []
        for self.has_parts, self.system in product((False, True), forms):
            refusal = self._refusal()
            if not refusal:
                return self.system
            refusals.append(refusal)
        # that of the plainest layout: two roles, text
        raise ModelError(
            f"the chat template {refusals[1]}. Choose another one: "
            "model.chat_template=<file.jinja>, <name of another model>, or none for the plain "
            "layout"
        )

    def _refusal(self) -> str | None:
        """The reason why the template cannot lay out the probe; None if it can."""
        from jinja2 import TemplateError

        try:
            text = self.conversation
        except (TemplateError, TypeError, ValueError, AttributeError) as error:
            return f"refuses user and assistant turns: {error}"
        is_complete = all(message.content in text for message in PROBE)
        if is_complete and _PART not in text:
            return None
        return "drops the text of a turn: it may be one for pictures"
