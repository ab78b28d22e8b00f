"""What backends without a model have in common: their tokens are words, and nothing limits them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.records import Completion, Prompt


class Rule(ABC):
    """A backend that answers by a rule."""

    @abstractmethod
    def answer(self, prompt: Prompt) -> str:
        """The answer to a prompt, always the same."""

    def endpoint(self) -> str | None:
        """This process."""
        return None

    def context(self) -> int | None:
        """No limit."""
        return None

    def count(self, prompt: Prompt) -> int:
        """Words of all turns."""
        return sum(len(message.content.split()) for message in prompt.messages)

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """The rule's answer to every prompt that is not `done`."""
        for index, prompt in enumerate(prompts):
            if index not in done:
                text = self.answer(prompt)
                tokens = len(text.split())
                yield index, Completion(text, "stop", self.count(prompt), tokens, seconds=0.0)

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {"device": "none"}
