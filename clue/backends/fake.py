"""Answers without a model: words of the question. A complete study takes seconds."""

import math
import random
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clue.backends import Setup
from clue.backends.rule import RuleBackend
from clue.common.meter import METER
from clue.records import Completion, Prompt, ThoughtEnd, TokenLogProbs, sha256

ANSWER_WORDS = 12
THOUGHT_WORDS = 24
"""Words of a made-up thought that ends by itself."""
ENDS: Mapping[str, ThoughtEnd] = {"0": "cut", "1": "open"}
"""Ends of thoughts by the first digit of their digest, so that reports show all; else `closed`."""


class FakeBackend(RuleBackend):
    """A complete backend: the same prompts and draws get the same answers, every time."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup

    def identity(self) -> dict[str, Any]:
        """Identity of its own: fake answers are stored apart from those of every real model."""
        return {"name": "fake"}

    def answer(self, prompt: Prompt) -> str:
        """Words of the last user turn, chosen at random by the prompt's digest and the draw."""
        words = prompt.messages[-1].content.split()
        chosen = random.Random(self._seed(prompt)).choices(words, k=ANSWER_WORDS)
        return " ".join(chosen[: prompt.max_new_tokens])

    def generate(
        self, prompts: Sequence[Prompt], done: Collection[int] = ()
    ) -> Iterator[tuple[int, Completion]]:
        """Yields the answers, with the time of a slow model if there is a `pace`."""
        for index, completion in super().generate(prompts, done):
            if self.setup.backend.pace:
                self._wait(completion)
            yield index, completion

    def _wait(self, completion: Completion) -> None:
        METER.start_batch()
        METER.add_read(completion.prompt_tokens, 1)
        for _ in range(completion.all_tokens):
            time.sleep(self.setup.backend.pace)
            METER.add_new(1)

    def completion(self, prompt: Prompt) -> Completion:
        """The answer, behind a made-up thought if the prompt has a budget for one.

        One thought of 16 is cut, and one of 16 never ends.
        """
        answer = super().completion(prompt)
        if not prompt.thought_tokens:
            return answer
        seed = f"{self._seed(prompt)} thought"
        end = ENDS.get(sha256(seed)[0], "closed")
        longest = prompt.thought_tokens
        length = longest if end == "cut" else min(THOUGHT_WORDS, longest)
        words = random.Random(seed).choices(prompt.messages[-1].content.split(), k=length)
        if end == "open":
            answer = replace(answer, text="", new_tokens=0)
        return replace(answer, thought=" ".join(words), thought_tokens=length, thought_end=end)

    def _seed(self, prompt: Prompt) -> str:
        """Seed of an answer: model and prompt, and the draw of a sampled answer but the first."""
        seed = f"{self.setup.model.label} {prompt.sha256}"
        sampled = self.setup.generation.is_sampled and prompt.draw
        return f"{seed} {prompt.draw}" if sampled else seed

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
