"""Answers without a model: words of the question. A complete study takes seconds."""

import random
from typing import Any

from clue.backends import Setup
from clue.backends.rule import RuleBackend
from clue.records import Prompt

ANSWER_WORDS = 12


class FakeBackend(RuleBackend):
    """A complete backend: the same prompts get the same answers, every time."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Identity of its own: fake answers are stored apart from those of every real model."""
        return {"name": "fake"}

    def answer(self, prompt: Prompt) -> str:
        """Words of the last user turn, in a random order that the prompt's digest seeds."""
        words = prompt.messages[-1].content.split()
        seed = f"{self.setup.model.label} {prompt.sha256}"
        chosen = random.Random(seed).choices(words, k=ANSWER_WORDS)
        return " ".join(chosen[: prompt.max_new_tokens])
