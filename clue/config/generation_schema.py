"""Schema of the choice of tokens and of thoughts before an answer (`docs/draws.md`, `thinking.md`).

A prompt setting may set both: `conf/prompt/sampled.yaml` declares sampled answers, and a study
names it among its `prompts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clue.config.ranges import AtLeast, Between, OneOf, setting

NONE, COT, NATIVE = "none", "cot", "native"
"""Modes of thinking: an answer at once, a chain of thought on request, the model's own thoughts."""
NATIVE_BUDGET = 2048
"""Tokens of a thought in a model's own form, unless `thinking.budget` is set."""
GREEDY = "greedy"
"""Decoding that takes the likeliest token."""


@dataclass
class GenerationConf:
    """Choice of each token from the model's distribution, and answers to each prompt."""

    temperature: float = setting(0.0, Between(0, 100))
    """0 = the likeliest token (greedy)."""
    top_p: float = setting(1.0, Between(0, 1))
    """Choose among the likeliest tokens that together have this probability."""
    top_k: int = setting(0, AtLeast(0))
    """Choose among this many likeliest tokens; 0 = all."""
    draws: int = setting(1, AtLeast(1))
    """Answers to each prompt. More draws add answers: the stored ones stay."""
    seed: int = 0
    coupled: bool = True
    """All models share the random numbers of a prompt, which makes differences more precise."""

    @property
    def is_sampled(self) -> bool:
        """Tokens are drawn at random."""
        return self.temperature > 0

    def decoding(self) -> str | dict[str, float | bool]:
        """Returns what identifies the choice of tokens in a fingerprint.

        The number of draws is no part: more of them only add answers.

        >>> GenerationConf().decoding()
        'greedy'
        """
        if not self.is_sampled:
            return GREEDY
        numbers: dict[str, float | bool] = {
            **{"temperature": float(self.temperature), "top_p": float(self.top_p)},
            **{"top_k": self.top_k, "seed": self.seed},
        }
        return numbers | ({} if self.coupled else {"coupled": False})


@dataclass
class ThinkingConf:
    """Thoughts of a model before its answer."""

    mode: str = setting(NONE, OneOf((NONE, COT, NATIVE)))
    """`none`: the answer at once; `cot`: the prompt asks for a chain of thought; `native`: in the
    form that the model's chat template has for it."""
    budget: int | None = setting(None, AtLeast(1))
    """Most tokens of a thought; none = the task's own with `cot`, 2,048 with `native`."""
    absent: str = setting("refuse", OneOf(("refuse", "answer")))
    """Treatment of a model without a form of thoughts in the mode `native`: `answer` = it answers
    at once."""


def generation_problems(generation: GenerationConf, thinking: ThinkingConf) -> Iterator[str]:
    """Yields a line for every setting that has no effect beside the others."""
    if not generation.is_sampled:
        if generation.draws > 1:
            yield (
                f"generation.draws={generation.draws}: all answers are equal at temperature 0; set "
                "generation.temperature, e.g. 0.7"
            )
        for name, value, neutral in (
            ("top_p", generation.top_p, 1),
            ("top_k", generation.top_k, 0),
        ):
            if value != neutral:
                yield (
                    f"generation.{name}={value} has no effect at temperature 0: set "
                    "generation.temperature, e.g. 0.7"
                )
    if thinking.budget is not None and thinking.mode == NONE:
        yield (
            f"thinking.budget={thinking.budget} has no effect: set thinking.mode=cot or "
            "thinking.mode=native"
        )
    if thinking.absent == "answer" and thinking.mode != NATIVE:
        yield (
            f"thinking.absent={thinking.absent} has no effect: set thinking.mode=native, or leave "
            "it out"
        )
