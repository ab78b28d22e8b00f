"""Conversion of messages to the exact token ids of a model, the same for every backend.

A probe determines the layout that a model's template supports when the tokenizer is opened. The
layout applies to the complete cell, and `Chat.facts` records it. Dates in templates are frozen: the
same prompt must give the same tokens tomorrow.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, Literal

from clue.checkpoints import thinking
from clue.checkpoints.end_of_answer import PLAIN_STOP, end_strings
from clue.checkpoints.template_text import default_template, frozen
from clue.checkpoints.thought_form import ThoughtForm
from clue.checkpoints.thought_probe import ThoughtProbe
from clue.config.generation_schema import NATIVE, ThinkingConf
from clue.errors import ModelError
from clue.records import Completion, FinishReason, Message, sha256

_PROBE = [
    Message("system", "sys7em"),
    Message("user", "qu3ry"),
    Message("assistant", "an5wer"),
    Message("user", "foll0w"),
]

_PART = "{'type'"
"""Begins a part of a turn in the output of a template that takes no parts."""

_THINKS = (
    "the chat template {}, and none of its variables switches that off: a budget for answers ends "
    "inside the thought. Let it think with a budget of its own: thinking.mode=native. Or choose a "
    "template without thoughts: model.chat_template=<file.jinja> or "
    "model.chat_template=<name of another model>; none = the plain layout"
)

_NO_THOUGHTS = (
    "the chat template has no form for thoughts, and thinking.mode=native asks for one: "
    "thinking.mode=cot asks for a chain of thought in words, thinking.absent=answer lets models "
    "without thoughts answer at once, model.thought_tags names the tags of one whose template does "
    "not show them"
)

SystemLayout = Literal["own turn", "folded into the user turn", "plain text"]


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
        self.switches: dict[str, Any] = {}
        self.has_parts = False
        self.system: SystemLayout = self._probe_system() if self.template else "plain text"
        self.thoughts: ThoughtForm | None = None
        """Form of the model's own thoughts, if it is to think in it."""
        if thoughts and thoughts.mode == NATIVE:
            self.thoughts = self._probe_thoughts(thoughts.absent, tags)
        if self.template and not self.thoughts:
            self.switches = self._probe_thinking(self.template)
        eos = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
        end_of_turn = self._end_of_turn()
        self.stop_strings = () if end_of_turn else self._end_strings()
        if not end_of_turn and not self.stop_strings:
            end_of_turn = self._next_turn()
        self.stop_ids = sorted({*end_ids, *eos, *end_of_turn})

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
        facts |= {"content": "parts"} if self.has_parts else {}
        facts |= {"thinking": dict(self.switches)} if self.switches else {}
        if self.thoughts:
            facts["thoughts"] = [self.thoughts.opening, self.thoughts.closing]
        return facts

    @property
    def is_system_late(self) -> bool:
        """True if the system turn stands after the worked examples, at the last question."""
        if self.system != "own turn":
            return False
        text = self._apply(_PROBE, answer=True)
        return text.index(_PROBE[0].content) > text.index(_PROBE[2].content)

    def text(self, messages: Sequence[Message]) -> str:
        """Text of the conversation, ready for the answer; `render` may put a BOS token before it.

        Args:
            messages: the turns, the last one the user's.
        """
        return self._apply(self.fold(messages), answer=True) if self.template else _plain(messages)

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
        if not self.template:
            return " "
        before = self._apply(self.fold(_PROBE[:2]), answer=True)
        answered = self._answered()
        # templates that close a thought in the prompt alone leave no common beginning
        after = answered.removeprefix(before) if answered.startswith(before) else ""
        separator = after.partition(_PROBE[2].content)[0]
        return separator if separator.isspace() else ""

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
        if self.system != "folded into the user turn" or messages[0].role != "system":
            return messages
        system, first, *rest = messages
        return [Message("user", f"{system.content}\n\n{first.content}"), *rest]

    def _apply(
        self, messages: Sequence[Message], *, answer: bool, fields: Mapping[str, str] | None = None
    ) -> str:
        """Text of the turns; `fields` are more of the last one."""
        turns: list[dict[str, Any]] = [
            {"role": role, "content": [{"type": "text", "text": text}] if self.has_parts else text}
            for role, text in messages
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

    def _answered(self) -> str:
        """The probe up to its answer, or up to the next question: some templates want one."""
        from jinja2 import TemplateError

        try:
            return self._apply(self.fold(_PROBE[:3]), answer=False)
        except TemplateError:
            text = self._apply(self.fold(_PROBE), answer=False)
            return text.rpartition(_PROBE[3].content)[0]

    def _probe_system(self) -> SystemLayout:
        """Some templates refuse a system turn, with various texts, some drop it silently.

        Templates for pictures may take the text of a turn as a list of parts only.
        """
        layouts: tuple[SystemLayout, ...] = ("own turn", "folded into the user turn")
        refusals = []
        for self.has_parts, self.system in product((False, True), layouts):
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
            text = self._apply(self.fold(_PROBE), answer=True)
        except (TemplateError, TypeError, ValueError, AttributeError) as error:
            return f"refuses user and assistant turns: {error}"
        is_complete = all(message.content in text for message in _PROBE)
        if is_complete and _PART not in text:
            return None
        return "drops the text of a turn: it may be one for pictures"

    def _probe_thinking(self, template: str) -> dict[str, Any]:
        """The variables of the template that switch thinking off.

        Raises:
            ModelError: none does, and the prompt opens a thought or a channel.
        """
        question, answer = _PROBE[1].content, _PROBE[2].content
        added = self.tokenizer.get_added_vocab()

        switches = thinking.switches_off(template, self._laid_out, added)
        end = self._laid_out(switches)[1]
        if thinking.state(end, added) == "open":
            raise ModelError(_THINKS.format("opens a thought in every prompt"))
        answered = self._answered().partition(answer)[0]
        if thinking.chooses_channel(end, answered.rpartition(question)[2]):
            raise ModelError(_THINKS.format("lets the model begin with a channel for its thoughts"))
        return switches

    def _probe_thoughts(self, absent: str, tags: Sequence[str]) -> ThoughtForm | None:
        """Form of the model's own thoughts; sets the switches of the template that ask for them.

        Raises:
            ModelError: the model has none, and is not to answer at once.
        """
        native = None
        if self.template:
            added = self.tokenizer.get_added_vocab()
            native = ThoughtProbe(self.template, self._laid_out, added).native()
        self.switches = native.switches if native else {}
        if tags:
            return ThoughtForm.of_tags(*tags)
        if native is None and absent == "refuse":
            raise ModelError(_NO_THOUGHTS)
        return native.form if native else None

    def _laid_out(
        self, switches: Mapping[str, Any], answer: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """Text before and after the end of the probe's question, with an answer or without."""
        self.switches = dict(switches)
        question = _PROBE[1].content
        turns = self.fold(_PROBE[: 2 if answer is None else 3])
        text = self._apply(turns, answer=answer is None, fields=answer)
        before, _, after = text.rpartition(question)
        return before, after

    def _end_of_turn(self) -> list[int]:
        """The token that the template puts after an answer; some generation configs lack it."""
        if not self.template:
            return []
        after = self._answered().rpartition(_PROBE[2].content)[2].lstrip()
        first = self.tokenizer(after, add_special_tokens=False)["input_ids"][:1]
        return [token for token in first if token in self.special_ids]

    def _next_turn(self) -> list[int]:
        """The first special token of the next turn: it ends an answer that nothing else ends."""
        text = self._apply(self.fold(_PROBE), answer=False)
        between = text.partition(_PROBE[2].content)[2].partition(_PROBE[3].content)[0]
        ids = self.tokenizer(between, add_special_tokens=False)["input_ids"]
        return [token for token in ids if token in self.special_ids][:1]

    def _end_strings(self) -> tuple[str, ...]:
        """Text after an answer, if no special token ends it; else the heading of the next turn."""
        if not self.template:
            return (PLAIN_STOP,)
        layouts = (self._answered(), self._apply(self.fold(_PROBE), answer=False))
        special = self.tokenizer.convert_ids_to_tokens(sorted(self.special_ids))
        return end_strings(layouts, _PROBE[2].content, _PROBE[3].content, special)


def _plain(messages: Sequence[Message]) -> str:
    """Turns for a model that knows no turns: headings, the last one before the answer."""
    parts = {"system": "{}\n\n", "user": "Input: {}\n", "assistant": "Output: {}\n\n"}
    return "".join(parts[role].format(content) for role, content in messages) + "Output:"


def _adds_bos(tokenizer: Any) -> bool:
    ids = tokenizer("a")["input_ids"]
    return tokenizer.bos_token_id is not None and list(ids[:1]) == [tokenizer.bos_token_id]
