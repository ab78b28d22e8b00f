"""Answers without a model: words of the question. A whole study takes seconds."""

import random
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.backends import Setup
from clue.records import Completion, Prompt

ANSWER_WORDS = 12


class FakeBackend:
    """A backend like any other: same prompts, same answers, every time; tokens are words."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Fake answers are stored apart from every real model's."""
        return {"name": "fake"}

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
        """Some words of the last user turn, in a random order that its digest seeds."""
        for index, prompt in enumerate(prompts):
            if index not in done:
                text = self._answer(prompt)
                tokens = len(text.split())
                yield index, Completion(text, "stop", self.count(prompt), tokens, seconds=0.0)

    def facts(self) -> dict[str, Any]:
        """No device."""
        return {"device": "none"}

    def _answer(self, prompt: Prompt) -> str:
        words = prompt.messages[-1].content.split()
        chosen = random.Random(f"{self.setup.model.label} {prompt.sha256}").choices(
            words, k=ANSWER_WORDS
        )
        return " ".join(chosen[: prompt.max_new_tokens])
