"""Tokens per second that stored completions show, to say how long the rest will take.

A token is one of the prompt or of the answer: long prompts cost time as long answers do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clue.config import model_files
from clue.config.schema import ModelConf
from clue.errors import ConfigError, StoreError
from clue.store.generations import Generation, generations

ALIKE = 0.1
"""Models are of one size if their numbers of parameters differ by at most this share."""


@dataclass(frozen=True)
class Speed:
    """Sums over completions that took time; those of rules and of the fake backend took none."""

    samples: int = 0
    prompt_tokens: int = 0
    new_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Speed") -> "Speed":
        return Speed(
            self.samples + other.samples,
            self.prompt_tokens + other.prompt_tokens,
            self.new_tokens + other.new_tokens,
            self.seconds + other.seconds,
        )

    @property
    def tokens_per_second(self) -> float:
        """Of prompts and answers together."""
        return (self.prompt_tokens + self.new_tokens) / self.seconds


@dataclass(frozen=True)
class Rate:
    """What a cell's duration is computed from."""

    tokens_per_second: float | None
    """None = nothing comparable is stored."""
    source: str
    """`this model`, `a model of this size`, `given`."""
    answer: float | None
    """Mean tokens of an answer of this task; None = no answer is stored."""


def rate(model: ModelConf, task: str, given: float | None, mlruns: Path) -> Rate:
    """The measured rate of this model or one of its size, on this task rather than on others.

    Args:
        model: the model to be run.
        task: name of the task.
        given: tokens per second that stand in the place of measured ones.
        mlruns: the store.
    """
    found = _measured(mlruns)
    same = [known for known in found if known[1] == model.label]
    sized = [known for known in found if _alike(model, known[1])]
    here = [known for known in found if known[0] == task]
    answers = _sum(found, [known for known in same if known in here] or here)
    answer = answers.new_tokens / answers.samples if answers.samples else None
    if given is not None:
        return Rate(given, "given", answer)
    for source, known in (("this model", same), ("a model of this size", sized)):
        speed = _sum(found, [one for one in known if one in here] or known)
        if speed.seconds > 0:
            return Rate(speed.tokens_per_second, source, answer)
    return Rate(None, "-", answer)


def _sum(found: dict[tuple[str, str], Speed], keys: Iterable[tuple[str, str]]) -> Speed:
    return sum((found[key] for key in keys), Speed())


@cache
def _measured(mlruns: Path) -> dict[tuple[str, str], Speed]:
    """Speeds by task and model; a process that plans a sweep reads the store once."""
    found: dict[tuple[str, str], Speed] = {}
    if (mlruns / "cells").is_dir():
        for stored in generations(mlruns):
            key = (stored.task, stored.model)
            found[key] = found.get(key, Speed()) + _speed(stored)
    return {key: speed for key, speed in found.items() if speed.seconds > 0}


def _speed(stored: Generation) -> Speed:
    try:
        completions = stored.store.completions().values()
    except StoreError:  # told by the run that needs it
        return Speed()
    timed = [made for made in completions if made.seconds > 0]
    return Speed(
        len(timed),
        sum(made.prompt_tokens for made in timed),
        sum(made.new_tokens for made in timed),
        sum(made.seconds for made in timed),
    )


@cache
def _parameters(name: str) -> float | None:
    try:
        return model_files.load(name).parameters
    except ConfigError:  # a model without a file
        return None


def _alike(model: ModelConf, other: str) -> bool:
    size, known = model.parameters, _parameters(other)
    return bool(size and known) and abs(size - known) <= ALIKE * size  # type: ignore[operator]
