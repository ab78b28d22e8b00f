"""Answers by rule, without a model: the floor under every table.

A rule sees the sample itself and the references of the whole test file, where a model sees the
prompt. So these scores are no achievement: what lies below them has learnt nothing of the task.
"""

import copy
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from clue.backends import Setup
from clue.backends.rule import Rule
from clue.errors import ConfigError
from clue.icd import codes
from clue.records import Prompt, Sample, SampleKey
from clue.task.task import Task

COPIED_WORDS = 60
"""Words of the input that a copy shows: about the length of a consumer question."""


@dataclass(frozen=True)
class Given:
    """What a rule may look at, of one task."""

    task: Task
    samples: Sequence[Sample]
    """All of the test file that is scored without a limit."""
    shots: Sequence[Sample]

    @cached_property
    def by_key(self) -> Mapping[SampleKey, Sample]:
        """The samples by what identifies them."""
        return {sample.key: sample for sample in self.samples}

    @cached_property
    def targets(self) -> list[tuple[str, int]]:
        """References with their counts, the most frequent first, equals in alphabetical order."""
        counted = Counter(sample.target for sample in self.samples)
        return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))

    @cached_property
    def usual_codes(self) -> list[str]:
        """The most frequent codes of the references, as many as one has on average."""
        per_letter = [codes(each.target) for each in self.samples]
        counted = Counter(code for found in per_letter for code in found)
        usual = round(sum(map(len, per_letter)) / len(per_letter))
        return sorted(counted, key=lambda code: (-counted[code], code))[:usual]

    def choices(self, sample: Sample) -> Mapping[str, str]:
        """Reference to the answer that says so, for tasks with a closed set of answers."""
        module = self.task.module
        found: Mapping[str, str] = module.choices(sample) if hasattr(module, "choices") else {}
        return found

    def input(self, sample: Sample) -> str:
        """The text in question."""
        return sample.fields[self.task.conf.input]


def majority(given: Given, sample: Sample) -> str:
    """The most frequent reference; where all differ, that of the first worked example."""
    target, count = given.targets[0]
    if count == 1:
        return given.shots[0].target if given.shots else ""
    return given.choices(sample).get(target, target)


def lead(given: Given, sample: Sample) -> str:
    """The beginning of the input."""
    return " ".join(given.input(sample).split()[:COPIED_WORDS])


def chance(given: Given, sample: Sample) -> str:
    """Any of the possible answers; in free text any sentence of the input."""
    order = random.Random(f"{given.task.conf.name}/{sample.id}/{sample.repeat}")
    options = list(given.choices(sample).values())
    return order.choice(options or re.split(r"(?<=[.!?])\s+", given.input(sample).strip()))


def frequent_codes(given: Given, sample: Sample) -> str:
    """As many of the most frequent codes as a letter has on average; nothing in other tasks."""
    return ", ".join(given.usual_codes)


RULES: Mapping[str, Callable[[Given, Sample], str]] = {
    "majority": majority,
    "copy": lead,
    "random": chance,
    "frequent_codes": frequent_codes,
}


class BaselineBackend(Rule):
    """A rule in the place of a model."""

    def __init__(self, setup: Setup) -> None:
        self.name = str(setup.model.baseline)
        if self.name not in RULES:
            raise ConfigError(f"model.baseline={self.name} is none of {', '.join(RULES)}")
        self.given: Given | None = None

    def on(self, task: Task) -> "BaselineBackend":
        """The rule with a task's samples; the whole file's, so that a limit changes no answer."""
        bound = copy.copy(self)
        unlimited = replace(task, limit=None, conf=replace(task.conf, limit=None))
        split = unlimited.split()
        bound.given = Given(task, split.scored, split.shots)
        return bound

    def answer(self, prompt: Prompt) -> str:
        """The rule's; call it on what `on` returns."""
        assert self.given is not None
        return RULES[self.name](self.given, self.given.by_key[prompt.key])

    def identity(self) -> dict[str, Any]:
        """The rule."""
        return {"name": "baseline", "rule": self.name, "copied_words": COPIED_WORDS}
