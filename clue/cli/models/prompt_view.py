"""One prompt in the layout of a model: what the model sees, and where each part of it is from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clue.checkpoints.chat_template import Chat
from clue.config import chat_template_setting
from clue.config.schema import ModelConf
from clue.records import Prompt
from clue.task.population import PromptForm


@dataclass(frozen=True)
class PromptView:
    """One prompt of a task in the layout of a model."""

    model: ModelConf
    task: str
    setting: str
    """Name of the prompt setting."""
    prompt: Prompt
    form: PromptForm | None
    """Levels of the prompt's facets; None = it belongs to no population."""
    chat: Chat
    text: str
    """Text that the tokenizer gets, without a BOS token that the layout puts before it."""
    ids: Sequence[int]
    """Token ids that the model gets, shape (n,)."""
    context: int | None
    """Tokens of prompt and answer together; None = no limit is known."""
    notes: tuple[str, ...]
    """`clue.checkpoints.layout_notes`."""
    mode: str
    """`thinking.mode`."""

    @property
    def template(self) -> str:
        """Source of the chat template."""
        value = self.model.chat_template
        if value is None:
            return "the tokenizer's own" if self.chat.template else "none: the tokenizer has none"
        if value == chat_template_setting.PLAIN:
            return f"none: model.chat_template={value}"
        if value.endswith(chat_template_setting.FILE):
            return f"the file {chat_template_setting.template_file(value)}"
        return f"the tokenizer of {chat_template_setting.donor(value).repo}"

    @property
    def system(self) -> str:
        """Place of the instruction in this prompt."""
        if self.prompt.messages[0].role != "system":
            return "none in this prompt"
        if self.chat.is_system_late:
            return "own turn, put before the last question by the chat template"
        if self.chat.fold(self.prompt.messages) is not self.prompt.messages:
            return "folded into the first user turn: the chat template takes none"
        return self.chat.system

    @property
    def bos(self) -> str:
        """BOS token at the beginning, with its origin."""
        token, number = self.chat.tokenizer.bos_token, self.chat.tokenizer.bos_token_id
        if number is None or list(self.ids[:1]) != [number]:
            return "none"
        is_in_text = self.text.startswith(token)
        origin = "written by the chat template" if is_in_text else "put before the text"
        return f"{self.token(number)}, {origin}"

    def token(self, number: int) -> str:
        """Returns a token id, that of a special token with its name: `2=<|im_end|>`."""
        name = self.chat.tokenizer.convert_ids_to_tokens(number)
        return f"{number}={name}" if number in self.chat.special_ids else str(number)

    def facts(self) -> dict[str, Any]:
        """Returns the prompt and its layout, for programs."""
        special = sorted({*self.chat.stop_ids, *self.ids} & self.chat.special_ids)
        return {
            "model": self.model.label,
            "repo": self.model.repo,
            "task": self.task,
            "prompt": self.setting,
            "sample_id": self.prompt.sample_id,
            "wording": self.prompt.wording,
            "form": self.form._asdict() if self.form else None,
            "prompt_sha256": self.prompt.sha256,
            "template": self.template,
            "chat": self.chat.facts,
            "system": self.system,
            "bos": self.bos,
            "notes": list(self.notes),
            "messages": [message._asdict() for message in self.prompt.messages],
            "text": self.text,
            "token_ids": list(self.ids),
            "special_tokens": {
                number: self.chat.tokenizer.convert_ids_to_tokens(number) for number in special
            },
            "prompt_tokens": len(self.ids),
            "max_new_tokens": self.prompt.max_new_tokens,
            "thought_tokens": self.prompt.thought_tokens,
            "context": self.context,
        }
