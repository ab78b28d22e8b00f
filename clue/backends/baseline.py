"""Answers by rule, without a model: the lower bound of every table.

A rule sees the sample itself and the references of the complete test file, where a model sees the
prompt. So these scores are no achievement: a model below them has learnt nothing of the task.
"""

import copy
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from clue.backends import Setup
from clue.backends.rule import RuleBackend
from clue.errors import ConfigError
from clue.icd import codes
from clue.records import Prompt, Sample, SampleKey
from clue.task.task import Task

COPIED_WORDS = 60
"""Words of the input that a copy has: about the length of a consumer question."""


@dataclass(frozen=True)
class RuleInput:
    """Data of one task that a rule may use."""

    task: Task
    samples: Sequence[Sample]
    """All samples of the test file that are scored without a limit."""
    shots: Sequence[Sample]

    @cached_property
    def by_key(self) -> Mapping[SampleKey, Sample]:
        """The samples by key."""
        return {sample.key: sample for sample in self.samples}

    @cached_property
    def targets(self) -> list[tuple[str, int]]:
        """References with their counts, the most frequent first, ties in alphabetical order."""
        counts = Counter(sample.target for sample in self.samples)
        return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

    @cached_property
    def frequent_codes(self) -> list[str]:
        """The most frequent codes of the references, as many as a reference has on average."""
        per_letter = [codes(sample.target) for sample in self.samples]
        counts = Counter(code for letter in per_letter for code in letter)
        average = round(sum(map(len, per_letter)) / len(per_letter))
        return sorted(counts, key=lambda code: (-counts[code], code))[:average]

    def choices(self, sample: Sample) -> Mapping[str, str]:
        """Reference to the answer that expresses it, for tasks with a closed set of answers."""
        module = self.task.module
        choices: Mapping[str, str] = module.choices(sample) if hasattr(module, "choices") else {}
        return choices

    def text(self, sample: Sample) -> str:
        """The text in question: the field that the task names, else its first one."""
        return sample.fields[self.task.conf.input or next(iter(sample.fields))]


def majority(data: RuleInput, sample: Sample, draw: int = 0) -> str:
    """The most frequent reference; if all differ, that of the first worked example."""
    target, count = data.targets[0]
    if count == 1:
        return data.shots[0].target if data.shots else ""
    return data.choices(sample).get(target, target)


def lead(data: RuleInput, sample: Sample, draw: int = 0) -> str:
    """The beginning of the input."""
    return " ".join(data.text(sample).split()[:COPIED_WORDS])


def chance(data: RuleInput, sample: Sample, draw: int = 0) -> str:
    """A random one of the possible answers; in free text a random sentence of the input."""
    seed = f"{data.task.conf.name}/{sample.id}/{sample.repeat}"
    order = random.Random(f"{seed}/{draw}" if draw else seed)
    options = list(data.choices(sample).values())
    return order.choice(options or re.split(r"(?<=[.!?])\s+", data.text(sample).strip()))


def frequent_codes(data: RuleInput, sample: Sample, draw: int = 0) -> str:
    """As many of the most frequent codes as a letter has on average; nothing in other tasks."""
    return ", ".join(data.frequent_codes)


class Rule(Protocol):
    """A function that answers a sample; only a rule of chance reads the draw."""

    def __call__(self, data: RuleInput, sample: Sample, draw: int = 0) -> str:
        """Returns the answer."""


RULES: Mapping[str, Rule] = {
    "majority": majority,
    "copy": lead,
    "random": chance,
    "frequent_codes": frequent_codes,
}


class BaselineBackend(RuleBackend):
    """A rule in the place of a model."""

    def __init__(self, setup: Setup) -> None:
        self.name = str(setup.model.baseline)
        if self.name not in RULES:
            raise ConfigError(f"model.baseline={self.name} is none of {', '.join(RULES)}")
        self.data: RuleInput | None = None

    def bind(self, task: Task) -> "BaselineBackend":
        """Returns the rule with all samples of a task, so that a limit changes no answer."""
        bound = copy.copy(self)
        unlimited = replace(task, limit=None, conf=replace(task.conf, limit=None))
        split = unlimited.split()
        bound.data = RuleInput(task, split.scored, split.shots)
        return bound

    def answer(self, prompt: Prompt) -> str:
        """The rule's answer, the same in every wording; call it on the result of `bind`.

        Draws differ by chance alone, in the rule `random`.
        """
        assert self.data is not None
        sample = self.data.by_key[SampleKey(prompt.sample_id, prompt.repeat)]
        return RULES[self.name](self.data, sample, prompt.draw)

    def identity(self) -> dict[str, Any]:
        """Name of the rule and length of a copy."""
        return {"name": "baseline", "rule": self.name, "copied_words": COPIED_WORDS}
