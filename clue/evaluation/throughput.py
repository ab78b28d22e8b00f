"""Throughput of stored completions, in tokens per second, to estimate the hours of a dry run.

Tokens of prompts and of answers both count: long prompts cost time as long answers do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from clue.backends import reads_once
from clue.config import model_files
from clue.config.schema import ModelConf
from clue.errors import ConfigError, StoreError
from clue.store.generations import Generation, generations
from clue.tracking.database import devices_of_runs

SIZE_TOLERANCE = 0.1
"""Models have one size if their numbers of parameters differ by at most this share."""

CellKey = tuple[str, str]
"""Task and model."""


@dataclass(frozen=True)
class Speed:
    """Sums over completions that took time; baselines and the fake backend take none."""

    samples: int = 0
    prompt_tokens: int = 0
    new_tokens: int = 0
    """Of answers, with their thoughts."""
    seconds: float = 0.0
    devices: frozenset[str] = frozenset()
    """On which they were generated, as far as their runs tell."""

    def __add__(self, other: "Speed") -> "Speed":
        return Speed(
            self.samples + other.samples,
            self.prompt_tokens + other.prompt_tokens,
            self.new_tokens + other.new_tokens,
            self.seconds + other.seconds,
            self.devices | other.devices,
        )

    @property
    def tokens_per_second(self) -> float:
        """Tokens of prompts and answers per second."""
        return (self.prompt_tokens + self.new_tokens) / self.seconds


@dataclass(frozen=True)
class Rate:
    """Basis of a cell's estimated duration."""

    tokens_per_second: float | None
    """None = nothing comparable is stored."""
    source: str
    """`this model`, `a model of this size`, `given`, or `-`."""
    answer_tokens: float | None
    """Mean tokens of an answer of this task; None = no answer is stored."""
    device: str = ""
    """On which it was measured; empty = unknown."""


def rate(model: ModelConf, task: str, override: float | None, mlruns: Path) -> Rate:
    """Returns the measured rate of this model or of one of its size, preferably on this task.

    Args:
        model: the model to be run.
        task: name of the task.
        override: tokens per second to use instead of measured ones.
        mlruns: the store.
    """
    speeds = _speeds(mlruns)
    same_task = [key for key in speeds if key[0] == task]
    same_model = [key for key in speeds if key[1] == model.label]
    same_size = [key for key in speeds if _same_size(model, key[1])]
    answers = _sum(speeds, _preferred(same_model, same_task) or same_task)
    answer_tokens = answers.new_tokens / answers.samples if answers.samples else None
    if override is not None:
        return Rate(override, "given", answer_tokens)
    for source, keys in (("this model", same_model), ("a model of this size", same_size)):
        speed = _sum(speeds, _preferred(keys, same_task) or keys)
        if speed.seconds > 0:
            device = ", ".join(sorted(speed.devices))
            return Rate(speed.tokens_per_second, source, answer_tokens, device)
    return Rate(None, "-", answer_tokens)


def _preferred(keys: Iterable[CellKey], same_task: Iterable[CellKey]) -> list[CellKey]:
    return [key for key in keys if key in same_task]


def _sum(speeds: Mapping[CellKey, Speed], keys: Iterable[CellKey]) -> Speed:
    return sum((speeds[key] for key in keys), Speed())


@cache
def _speeds(mlruns: Path) -> dict[CellKey, Speed]:
    """Speeds by task and model; a process that plans a sweep reads the store once."""
    speeds: dict[CellKey, Speed] = {}
    if (mlruns / "cells").is_dir():
        devices = devices_of_runs(mlruns / "mlflow.db")
        for generation in generations(mlruns):
            key = (generation.task, generation.model)
            used = devices.get(generation.fingerprint, frozenset())
            speeds[key] = speeds.get(key, Speed()) + replace(_speed(generation), devices=used)
    return {key: speed for key, speed in speeds.items() if speed.seconds > 0}


def _speed(generation: Generation) -> Speed:
    try:
        entries = generation.store.completions()
    except StoreError:  # reported by the run that needs these completions
        return Speed()
    timed = {key: one for (key, _), one in entries.items() if one.seconds > 0}
    # the draws of a prompt count once, as a dry run counts them, if they were read once
    backend = generation.settings().get("backend", {}).get("name", "")
    read = {key._replace(draw=0) if reads_once(backend) else key: one for key, one in timed.items()}
    completions = timed.values()
    return Speed(
        len(timed),
        sum(completion.prompt_tokens for completion in read.values()),
        sum(completion.all_tokens for completion in completions),
        sum(completion.seconds for completion in completions),
    )


@cache
def _parameters(name: str) -> float | None:
    try:
        return model_files.load(name).parameters
    except ConfigError:  # a model without a file
        return None


def _same_size(model: ModelConf, other: str) -> bool:
    size, other_size = model.parameters, _parameters(other)
    if not size or not other_size:
        return False
    return abs(size - other_size) <= SIZE_TOLERANCE * size
