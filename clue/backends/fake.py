"""Answers without a model: words of the question. A complete study takes seconds."""

import math
import random
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from clue.backends import Setup
from clue.backends.rule import RuleBackend
from clue.records import Prompt, TokenLogProbs

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

    def likelihood_problem(self) -> str | None:
        """Nothing prevents it: made-up answers have made-up log-probabilities."""
        return None

    def loglikelihood(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        done: Collection[int] = (),
    ) -> Iterator[tuple[int, list[TokenLogProbs]]]:
        """Yields random log-probabilities of one token each, which the prompt's digest seeds."""
        for index, (prompt, texts) in enumerate(zip(prompts, continuations, strict=True)):
            if index not in done:
                drawn = random.Random(f"{self.setup.model.label} {prompt.sha256} options")
                weights = [drawn.uniform(0.1, 1) for _ in texts]
                rest = drawn.uniform(0.1, 1)  # probability of all other texts
                yield (
                    index,
                    [
                        TokenLogProbs((number,), (math.log(weight / (sum(weights) + rest)),))
                        for number, weight in enumerate(weights)
                    ],
                )
