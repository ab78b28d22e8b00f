"""Populations of prompts: tuples of facets, drawn once, and dealt to the items of a task.

A prompt is a wording, a format, the place of the instruction, and the draw and the order of its
worked examples. A population is a discrete Latin hypercube over these facets: each level of a facet
occurs equally often, up to one (McKay, Beckman and Conover 1979). It is the list that an analysis
generalises from (`docs/prompts.md`); its digest is part of every fingerprint.
"""

import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, permutations
from typing import Any, NamedTuple

from clue.config.schema import CROSSED, PromptConf, TaskConf
from clue.config.wording_schema import WordingConf
from clue.records import Sample, SampleKey, sha256
from clue.task.multiple_choice import OPTION
from clue.task.prompt_messages import PromptMessages
from clue.task.templates import PromptTemplates

PARAGRAPHS = {"blank line": "\n\n", "line": "\n", "rule": "\n\n---\n\n"}
"""What stands between the parts of a user turn, by level of the facet."""
LABELS = ("as written", "capitals", "heading")
"""Forms of a label such as `Question:` at the beginning of a line."""
OPTIONS = {
    **{"A:": OPTION, "A.": "{letter}. {text}"},
    **{"A)": "{letter}) {text}", "(A)": "({letter}) {text}"},
}
"""Line of an option, by level of the facet."""
PLACES = ("system", "user")
"""Turn of the instruction."""
MOST_ORDERS = 6
"""Most orders of worked examples that are levels of a facet: all of three examples."""
_LABEL = re.compile(r"^([A-Z][\w'-]*(?: [\w'-]+){0,3}):(?=\s|$)", re.MULTILINE)


class PromptForm(NamedTuple):
    """One prompt of a population: a level of each facet."""

    wording: str
    """Id of the wording."""
    paragraphs: str
    """Key of `PARAGRAPHS`."""
    labels: str
    """One of `LABELS`."""
    options: str
    """Key of `OPTIONS`; without an effect where a task has no options."""
    place: str
    """One of `PLACES`; without an effect on a wording without a system turn."""
    shot_draw: int
    """Number of the draw of worked examples."""
    shot_order: int
    """Number of their order; 0 is the order of the draw."""


def latin_hypercube(levels: Mapping[str, Sequence[Any]], size: int, seed: str) -> list[PromptForm]:
    """Draws tuples of levels, each level of a facet equally often, up to one.

    Args:
        levels: facet to its levels, for every field of `PromptForm`.
        size: number of tuples.
        seed: of the draw.

    >>> levels = {name: ["a", "b"] for name in PromptForm._fields}
    >>> forms = latin_hypercube(levels, 4, "1")
    >>> sorted(form.place for form in forms)
    ['a', 'a', 'b', 'b']
    """
    columns = {}
    for facet in PromptForm._fields:
        generator = random.Random(f"{seed}/{facet}")
        order = generator.sample(list(levels[facet]), len(levels[facet]))
        column = [order[index % len(order)] for index in range(size)]
        columns[facet] = generator.sample(column, size)
    return [PromptForm(*values) for values in zip(*columns.values(), strict=True)]


@dataclass(frozen=True)
class Population:
    """The prompts of a task, in the order of `SampleKey.wording`."""

    forms: tuple[PromptForm, ...]
    wordings: Mapping[str, WordingConf]
    own: PromptTemplates
    """Templates of the task file; a wording replaces the user turn, and brings its instruction."""
    conf: PromptConf
    task: str
    shots: int
    """Worked examples of a prompt."""

    @classmethod
    def drawn(
        cls,
        task: TaskConf,
        wordings: Mapping[str, WordingConf],
        own: PromptTemplates,
        conf: PromptConf,
        shots: int,
    ) -> "Population":
        """Draws the population of a task; tasks of one data set have the same facets.

        Args:
            task: the task.
            wordings: by id.
            own: templates of the task file.
            conf: prompt setting with a design.
            shots: worked examples of a prompt.
        """
        levels: dict[str, Sequence[Any]] = {
            "wording": list(wordings),
            "paragraphs": list(PARAGRAPHS),
            "labels": LABELS,
            "options": list(OPTIONS) if "{options}" in own.user else ["A:"],
            "place": PLACES,
            "shot_draw": range(conf.shot_draws if shots else 1),
            "shot_order": range(min(math.factorial(shots), MOST_ORDERS)),
        }
        seed = f"{conf.population_seed}/{task.dataset}"
        forms = latin_hypercube(levels, conf.population, seed)
        return cls(tuple(forms), wordings, own, conf, task.name, shots)

    @property
    def pool(self) -> int:
        """Worked examples of all draws together."""
        return self.shots * self.conf.shot_draws

    @cached_property
    def all_messages(self) -> tuple[PromptMessages, ...]:
        """Templates of every prompt."""
        return tuple(map(self.messages, range(len(self.forms))))

    def messages(self, number: int) -> PromptMessages:
        """Returns the templates of one prompt."""
        form = self.forms[number]
        wording = self.wordings[form.wording]
        user = _labelled(wording.user, form.labels).replace("\n\n", PARAGRAPHS[form.paragraphs])
        in_system = form.place == "system" and bool(wording.system)
        lead = "" if in_system else wording.system
        return PromptMessages(
            self.task,
            replace(self.own, user=user),
            wording.system if in_system else None,
            lead + PARAGRAPHS[form.paragraphs] if lead else "",
            OPTIONS[form.options],
        )

    def worked_examples(self, number: int, pool: Sequence[Sample]) -> tuple[Sample, ...]:
        """Returns the worked examples of one prompt.

        Draws are disjoint where the pool has enough samples; otherwise each is a random part.

        Args:
            number: of the prompt.
            pool: samples of which the draws are.
        """
        form = self.forms[number]
        if len(pool) >= self.pool:
            start = form.shot_draw * self.shots
            drawn = list(pool[start : start + self.shots])
        else:
            generator = random.Random(f"{self.conf.population_seed}/{form.shot_draw}")
            drawn = generator.sample(list(pool), self.shots)
        order = next(islice(permutations(range(self.shots)), form.shot_order, None))
        return tuple(drawn[index] for index in order)

    def protocol(self) -> dict[str, Any]:
        """Returns what identifies the population in a fingerprint.

        The design is no part: another one asks more items or fewer, and stored answers stay.
        """
        prompts = [
            [form, messages.system, messages.lead, messages.templates.user, messages.option]
            for form, messages in zip(self.forms, self.all_messages, strict=True)
        ]
        return {
            "prompts": len(self.forms),
            "shot_draws": self.conf.shot_draws if self.shots else 0,
            "seed": self.conf.population_seed,
            "sha256": sha256(prompts),
        }

    def numbers(self, samples: Sequence[Sample]) -> dict[SampleKey, tuple[int, ...]]:
        """Returns the prompts that ask each sample, the same for every model.

        Args:
            samples: all samples of the task without a limit, so that a limit changes no prompt.

        Returns:
            Key of a sample to the numbers of its prompts, ascending.
        """
        size = len(self.forms)
        if self.conf.design == CROSSED:
            return {sample.key: tuple(range(size)) for sample in samples}
        return deal(samples, size, self.conf.per_item)


def deal(samples: Iterable[Sample], size: int, per_item: int) -> dict[SampleKey, tuple[int, ...]]:
    """Deals prompts round robin to samples in the order of their digests, cluster by cluster.

    Neighbours have different prompts, so a cluster sees as many as it has samples, and all prompts
    are dealt equally often, up to one for each round. The further prompts of a sample are in
    another distance from its first one in each round.

    Args:
        samples: of a task.
        size: number of prompts.
        per_item: prompts of each sample, at most `size`.

    Returns:
        Key of a sample to the numbers of its prompts, all different, ascending.
    """
    steps = [step for step in range(1, size) if math.gcd(step, size) == 1] or [1]
    turns = range(per_item)
    order = sorted(samples, key=lambda one: (sha256(one.cluster), sha256([one.id, one.repeat])))
    return {
        sample.key: tuple(
            sorted((place + turn * steps[place // size % len(steps)]) % size for turn in turns)
        )
        for place, sample in enumerate(order)
    }


def _labelled(template: str, form: str) -> str:
    r"""The template with labels in another form.

    >>> _labelled("Question: {question}", "capitals"), _labelled("Note:\n{note}", "heading")
    ('QUESTION: {question}', '### Note\n{note}')
    """
    if form == "capitals":
        return _LABEL.sub(lambda match: match[0].upper(), template)
    if form == "heading":
        return re.sub(_LABEL.pattern + r"\s", r"### \1\n", template, flags=re.MULTILINE)
    return template
