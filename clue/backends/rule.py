"""Common part of backends without a model: their tokens are words, and nothing limits them."""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from clue.backends import Backend
from clue.config.schema import BackendConf, ModelConf
from clue.records import Completion, Prompt


class RuleBackend(Backend):
    """A backend that answers by a rule."""

    counts_tokens = False

    @staticmethod
    def setting_problems(model: ModelConf, backend: BackendConf) -> Iterator[str]:
        """Yields a line if prompts are to be repeated: a rule always answers the same."""
        return no_model_to_repeat(backend)

    @abstractmethod
    def answer(self, prompt: Prompt) -> str:
        """The answer to a prompt and draw, always the same."""

    def count(self, prompt: Prompt) -> int:
        """Words of all turns."""
        return sum(len(message.content.split()) for message in prompt.messages)

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields the rule's answer to every prompt that is not `done`."""
        for index, prompt in enumerate(prompts):
            if index not in done:
                yield index, self.completion(prompt)

    def completion(self, prompt: Prompt) -> Completion:
        """The rule's answer in the form of a model's.

        A rule has no thoughts. Where models are to think, it has the same columns as they have.
        """
        text = self.answer(prompt)
        completion = Completion(text, "stop", self.count(prompt), len(text.split()), seconds=0.0)
        return replace(completion, thought_end="absent") if prompt.thought_tokens else completion

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {"device": "none"}


def no_model_to_repeat(backend: BackendConf) -> Iterator[str]:
    """Yields a line if a backend without a model is to answer prompts again."""
    if backend.repeat_alone:
        yield (
            f"backend.repeat_alone={backend.repeat_alone} asks a model again, but no model answers "
            "here: leave it 0"
        )
