"""Count of words in the place of tokens, if no tokenizer is available."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.backends import Backend
from clue.config.schema import ModelConf
from clue.records import Completion, Prompt


class WordCount(Backend):
    """A backend that only counts, for dry runs without the tokenizer: 1.5 tokens a word."""

    TOKENS_PER_WORD = 1.5
    estimates_tokens = True

    def __init__(self, model: ModelConf) -> None:
        self.model = model

    def identity(self) -> dict[str, Any]:
        """Identity under which nothing is stored."""
        return {"name": "word count"}

    def context(self) -> int | None:
        """Tokens according to the model file."""
        return self.model.context

    def count(self, prompt: Prompt) -> int:
        """Tokens of an English tokenizer, approximately."""
        words = sum(len(message.content.split()) for message in prompt.messages)
        return round(words * self.TOKENS_PER_WORD)

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields nothing."""
        return iter(())

    def likelihood_problem(self) -> str | None:
        """None: the model that it stands for may give log-probabilities."""
        return None

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {}
