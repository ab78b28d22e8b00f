"""Counts words in the place of tokens, where no tokenizer is available."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.config.schema import ModelConf
from clue.records import Completion, Prompt


class WordCount:
    """A backend that only counts, for dry runs without the tokenizer: 1.5 tokens a word."""

    TOKENS_PER_WORD = 1.5

    def __init__(self, model: ModelConf) -> None:
        self.model = model

    def identity(self) -> dict[str, Any]:
        """Nothing is stored under it."""
        return {"name": "word count"}

    def endpoint(self) -> str | None:
        """Nothing is sent."""
        return None

    def context(self) -> int | None:
        """As the model file says."""
        return self.model.context

    def count(self, prompt: Prompt) -> int:
        """About as many tokens as an English tokenizer makes of it."""
        words = sum(len(message.content.split()) for message in prompt.messages)
        return round(words * self.TOKENS_PER_WORD)

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Nothing."""
        return iter(())

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {}
