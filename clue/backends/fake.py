"""Answers without a model: words of the question. A whole study takes seconds."""

import random
from typing import Any

from clue.backends import Setup
from clue.backends.rule import Rule
from clue.records import Prompt

ANSWER_WORDS = 12


class FakeBackend(Rule):
    """A backend like any other: same prompts, same answers, every time."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Fake answers are stored apart from every real model's."""
        return {"name": "fake"}

    def answer(self, prompt: Prompt) -> str:
        """Some words of the last user turn, in a random order that its digest seeds."""
        words = prompt.messages[-1].content.split()
        chosen = random.Random(f"{self.setup.model.label} {prompt.sha256}").choices(
            words, k=ANSWER_WORDS
        )
        return " ".join(chosen[: prompt.max_new_tokens])
