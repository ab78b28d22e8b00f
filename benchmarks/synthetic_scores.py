"""Items and scores of synthetic models, and the share that a tuned model has of its base's.

A score is the sum of an item's ease, which all models share (which pairs them), an effect of the
cluster on each model (which makes clusters matter), noise of the model that all metrics of a task
share, noise of the metric, and the planted difference of the pair.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.paired_study.readable_answers import CHOICE
from benchmarks.planted import EXAMS, SIZES, UNDEFINED, Plan, named_rng
from clue.config.schema import TaskConf
from clue.metrics.registry import METRICS

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
EMPTY, UNPARSED, LOOPED = 0.01, 0.02, 0.02
"""Shares of answers that fail in these ways."""
EASE, CLUSTER, ANSWER, METRIC = 0.7, 0.25, 0.6, 0.3
"""Standard deviations of an item's ease and of a model's effect on a cluster and on an answer; and
the share of the latter two that is specific to a metric."""
TOKENS, TOKENS_SD = 6.0, 0.5
"""Mean and standard deviation of the logarithm of the tokens of a prompt."""
ZERO = 0.125
"""Share of text scores that are 0, as ROUGE-2 is on short references."""


@dataclass(frozen=True)
class Items:
    """The samples of a data set: the same for every model."""

    ids: tuple[str, ...]
    clusters: tuple[str, ...]
    codes: NDArray[np.intp]
    ease: Array
    """Effect that all models share, standard normal, shape (n,)."""
    defined: Flags
    """True where the reference names a concept, shape (n,)."""
    tokens: NDArray[np.intp]
    """Length of the prompt, which no score depends on, shape (n,)."""
    wordings: NDArray[np.intp]
    """Number of the prompt of each presentation, shape (n, presentations)."""


def draw_items(plan: Plan, conf: TaskConf) -> Items:
    """The samples of a task under a plan."""
    sizes = EXAMS[conf.name] if conf.name in EXAMS else SIZES[conf.module]
    size, groups = (max(round(plan.scale * number), 1) for number in sizes)
    groups = max(min(groups, size), 8)
    size = max(size, groups, 12)
    draw = named_rng(plan.seed, conf.name)
    codes = np.sort(np.concatenate([np.arange(groups), draw.integers(groups, size=size - groups)]))
    if conf.module in ("mednli", "longhealth"):  # clusters of one size
        codes = np.arange(size) * groups // size
    return Items(
        tuple(f"{conf.module}-{number:05}" for number in range(size)),
        tuple(f"{conf.module}-cluster-{code:04}" for code in codes),
        codes.astype(np.intp),
        draw.normal(size=size),
        draw.random(size) >= UNDEFINED,
        draw.lognormal(TOKENS, TOKENS_SD, size).astype(np.intp) + 1,
        np.add.outer(np.arange(size), np.arange(conf.repeats * plan.per_item)) % plan.prompts,
    )


@dataclass(frozen=True)
class Drawn:
    """One model on one task: arrays of shape (n, presentations)."""

    plan: Plan
    conf: TaskConf
    model: str
    items: Items

    def scores(self, metric: str) -> Array:
        """Scores of a metric, between 0 and 1; 0 where the answer is empty or unparsed.

        The planted difference changes the probability of right answers and shifts text scores. A
        metric by the authors' rule shares the noise of the project's. The likeliest answer needs no
        reading.
        """
        name = metric.removesuffix("_upstream").removesuffix(CHOICE)
        latent = EASE * self.items.ease[:, None] + self._noise() + METRIC * self._noise(name)
        scores = self._scale(name, latent * self._narrowing)
        if metric.endswith(CHOICE):
            return scores
        return np.where(self.empty | self.unparsed, 0.0, scores)

    @cached_property
    def empty(self) -> Flags:
        """Blank answers."""
        return self._chance("empty") < EMPTY

    @cached_property
    def unparsed(self) -> Flags:
        """Answers that could not be parsed."""
        return self._chance("unparsed") < UNPARSED + self.plan.unread(self.model)

    @cached_property
    def looped(self) -> Flags:
        """Answers that repeat themselves up to the token limit."""
        return self._chance("looped") < LOOPED

    def _scale(self, metric: str, latent: Array) -> Array:
        kind = METRICS[metric].kind
        if kind == "binary":
            return (latent + self._shift * 2.4 > -0.3).astype(
                float
            )  # 2.4: from the scale of scores to the latent scale
        scores = np.clip(0.35 + 0.15 * latent + self._shift, 0, 1)
        if kind == "fraction" or metric == "rouge2":
            scores[self._chance(metric) < ZERO] = 0
        return np.round(scores * 12) / 12 if kind == "fraction" else scores

    @cached_property
    def _shift(self) -> float | Array:
        if self.model not in self.plan.pairs:
            return 0.0
        mean = self.plan.difference(self.model, self.conf.name)
        if not self.plan.prompt_sd:
            return mean / 100
        by_prompt = self.plan.prompt_differences(self.model, self.conf.dataset)
        return np.asarray((mean + by_prompt[self.items.wordings]) / 100, dtype=float)

    @property
    def _narrowing(self) -> float:
        """Factor that gives an erratic model's scores the spread of any other model's.

        Otherwise noise alone would change the share of right answers.
        """
        own = (CLUSTER**2 + ANSWER**2) * (1 + METRIC**2)
        excess = max(self.plan.noise(self.model), 1.0) ** 2
        return float(np.sqrt((EASE**2 + own) / (EASE**2 + own * excess)))

    def _noise(self, name: str = "") -> Array:
        """Noise of a model and its clusters; a tuned model shares a planned part of its base's."""
        own = self._normal(self.model, name)
        base = self.plan.pairs.get(self.model)
        if base is None:
            return own
        share = self.plan.noise(self.model)
        common: Array = np.sqrt(max(1 - share**2, 0)) * self._normal(base, name)
        return common + share * own

    def _normal(self, model: str, name: str) -> Array:
        draw = self._rng(model, name)
        cluster: Array = draw.normal(size=self.items.codes.max() + 1)[self.items.codes]
        noise: Array = CLUSTER * cluster[:, None] + ANSWER * draw.normal(size=self._shape)
        return noise

    def _chance(self, name: str) -> Array:
        """Uniform numbers; a tuned model has its base's but for the planned share of items."""
        own = self._rng(self.model, f"{name}/chance").random(self._shape)
        base = self.plan.pairs.get(self.model)
        if base is None:
            return own
        other = self._rng(self.model, f"{name}/own").random(self._shape)
        shared = self._rng(base, f"{name}/chance").random(self._shape)
        return np.where(other < self.plan.noise(self.model), own, shared)

    @property
    def _shape(self) -> tuple[int, int]:
        size, presentations = self.items.wordings.shape
        return size, presentations

    def _rng(self, model: str, name: str) -> np.random.Generator:
        return named_rng(self.plan.seed, f"{self.conf.name}/{model}/{name}")
