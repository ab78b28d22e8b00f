"""Pairs and sizes of the study, and the differences that are planted in a synthetic one."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clue.task import task_files

BASES = {
    "llama2_7b": 6.7,
    "llama2_70b": 69.0,
    "mistral7b": 7.2,
    "llama3_8b": 8.0,
    "llama3_70b": 70.6,
    "llama31_8b": 8.0,
    "llama31_70b": 70.6,
}
"""Base model, which is also its family, and its billions of parameters."""
PAIRS = {
    "meditron7b": "llama2_7b",
    "meditron70b": "llama2_70b",
    "biomistral7b": "mistral7b",
    "biomistral7b_dare": "mistral7b",
    "internist7b": "mistral7b",
    "openbiollm8b": "llama3_8b",
    "med42_8b": "llama3_8b",
    "aloe8b": "llama3_8b",
    "openbiollm70b": "llama3_70b",
    "med42_70b": "llama3_70b",
    "meditron3_8b": "llama31_8b",
    "meditron3_70b": "llama31_70b",
}
SIZES = {
    "mednli": (1419, 474),
    "meqsum": (997, 997),
    "problem_summary": (234, 234),
    "longhealth": (400, 20),
    "medisumqa": (415, 205),
    "medisumcode": (499, 470),
}
"""Scored samples and clusters of each data set."""
EXAMS = {
    "medqa": (1273, 1273),
    "pubmedqa": (500, 500),
    "mmlu_medical": (1089, 1089),
    "medmcqa": (4183, 4183),
}
"""The same of each task of exam questions, whose items are independent."""
PROMPT_SD = 6.0
"""Spread of a pair's differences between prompts, in points, where prompts are asked for."""
UNDEFINED = 0.15
"""Share of references that name no concept, so that UMLS F1 is undefined."""


@dataclass(frozen=True)
class Effect:
    """Planted effect of one pair, which replaces the drawn one."""

    points: Mapping[str, float] = field(default_factory=dict)
    """Difference by task; 0 for other tasks."""
    noise: float = 1.0
    """Distance of the tuned model's answers from its base's: 0 = the same answers, 1 = as different
    as those of any other model, more = erratic."""
    unread: float = 0.0
    """Share of the tuned model's answers that cannot be read, in addition to that of any model."""


@dataclass(frozen=True)
class Plan:
    """Plan of a synthetic study, in points."""

    pairs: Mapping[str, str]
    """Tuned model to base."""
    effects: Mapping[str, Effect] = field(default_factory=dict)
    """By tuned model."""
    delta: float = -3.0
    """Mean difference of all pairs."""
    family_sd: float = 1.5
    pair_sd: float = 1.0
    task_sd: float = 1.0
    """Spread of the differences between families, pairs within one, and tasks of a pair."""
    seed: int = 0
    scale: float = 1.0
    """Share of every data set's samples and clusters; at least 12 samples in 8 clusters."""
    tasks: tuple[str, ...] = ()
    """Tasks to write; none = those of the paper's study."""
    prompts: int = 1
    """Prompts of each data set's population; 1 = one prompt asks all items."""
    per_item: int = 1
    """Prompts that ask an item; as many as `prompts` = crossed."""
    prompt_sd: float = 0.0
    """Spread of a pair's differences between prompts, in points; pairs share half its variance."""
    exams: bool = False
    """Write exam questions too, and the likeliest answers of all questions with fixed answers."""

    def difference(self, tuned: str, task: str) -> float:
        """Planted difference of a pair on a task."""
        if tuned in self.effects:
            return self.effects[tuned].points.get(task, 0.0)
        base = self.pairs[tuned]
        spreads = (
            (self.family_sd, base),
            (self.pair_sd, tuned),
            (self.task_sd, f"{tuned}/{task}"),
        )
        return self.delta + sum(sd * named_rng(self.seed, name).normal() for sd, name in spreads)

    def prompt_differences(self, tuned: str, dataset: str) -> NDArray[np.float64]:
        """Planted difference of a pair under each prompt of a data set, minus its mean difference.

        Returns:
            Shape (prompts,).
        """
        shared, own = (
            named_rng(self.seed, f"{dataset}/prompts/{name}").normal(size=self.prompts)
            for name in ("", tuned)
        )
        return np.asarray(self.prompt_sd * (shared + own) / 2**0.5, dtype=float)

    @property
    def setting(self) -> str:
        """Name of the prompt setting."""
        if self.prompts == 1:
            return "paper"
        return "crossed" if self.per_item == self.prompts else "spread"

    @property
    def all_tasks(self) -> tuple[str, ...]:
        """Tasks to write."""
        clinical = self.tasks or task_files.expanded("all")
        return (*clinical, *(EXAMS if self.exams else ()))

    def unread(self, tuned: str) -> float:
        """Additional share of the tuned model's answers that cannot be read."""
        return self.effects[tuned].unread if tuned in self.effects else 0.0

    def noise(self, tuned: str) -> float:
        """Distance of a tuned model's answers from its base's."""
        return self.effects[tuned].noise if tuned in self.effects else 1.0


def named_rng(seed: int, name: str) -> np.random.Generator:
    """Random generator of one named quantity, independent of all other quantities."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def pairs(names: Sequence[str] = tuple(PAIRS)) -> dict[str, str]:
    """Some of the pairs, by the tuned model's name."""
    return {name: PAIRS[name] for name in names}


DECLINE, GAIN, SMALL, EQUIVALENT = "openbiollm8b", "med42_8b", "med42_70b", "meditron3_8b"
FORMAT, UNREAD = "aloe8b", 0.2
"""Pair of `exam_study` that differs in the share of readable answers only, and that share."""
TEXT_TASK = "meqsum"
"""Task with the planted gains: the one with the most independent items."""


def known_study() -> Plan:
    """Twelve pairs, most of them too erratic for any verdict.

    One pair declines on all tasks, one gains on one task, one gains less there than the margin, and
    one answers almost as its base does.
    """
    effects = {
        DECLINE: Effect(dict.fromkeys(task_files.expanded("all"), -10.0), noise=0.5),
        GAIN: Effect({TEXT_TASK: 2.5}, noise=1.0),
        SMALL: Effect({TEXT_TASK: 0.6}, noise=0.1),
        EQUIVALENT: Effect(noise=0.1),
    }
    return Plan(PAIRS, effects={name: effects.get(name, Effect(noise=3.0)) for name in PAIRS})


def exam_study(pairs: Mapping[str, str] = PAIRS) -> Plan:
    """Pairs that gain on exam questions and decline on clinical tasks.

    One of them gives the same answers as its base, but a fifth of them cannot be read.
    """
    gains = {name: 4.0 + index % 3 for index, name in enumerate(pairs)}
    declines = dict.fromkeys(task_files.expanded("all"), -3.0)
    effects = {
        name: Effect(declines | dict.fromkeys(EXAMS, gain), noise=0.7)
        for name, gain in gains.items()
    }
    return Plan(pairs, effects | {FORMAT: Effect(noise=0.1, unread=UNREAD)}, exams=True)
