"""A cell: one model on one task under one prompt setting, with the digests that identify it.

The *fingerprint* covers everything that can change a completion. Completions are stored under it,
so a larger `limit` or another metric generates nothing twice. The *id* adds the scored samples, the
metrics and the versions of the parsers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from clue.backends import Backend
from clue.choice_scoring import Options, cell_options, if_stored
from clue.config.schema import Config, ModelConf
from clue.errors import ConfigError
from clue.fingerprint import generation_settings, generations_folder, stored_generation
from clue.metrics import choice, failures
from clue.metrics.references import task_signatures
from clue.metrics.registry import METRICS
from clue.metrics.scorer import Scoring
from clue.metrics.set_metrics import check_names
from clue.privacy import check_endpoint
from clue.records import Prompt, Sample, sha256
from clue.store.completions import CellStore
from clue.store.shards import Shard
from clue.task.parts import check_part
from clue.task.sample_split import SampleSplit
from clue.task.task import Task

PROMPT_CACHE_SIZE = 16
"""Tasks whose prompts a process keeps from one job to the next: all of the study's."""
_PROMPT_CACHE: dict[str, tuple[SampleSplit, tuple[Prompt, ...]]] = {}


@dataclass(frozen=True)
class Cell:
    """Everything that the evaluation of one cell needs, fixed before a model is loaded."""

    config: Config
    task: Task
    samples: tuple[Sample, ...]
    prompts: tuple[Prompt, ...]
    """One per sample, in the same order."""
    generation: Mapping[str, Any]
    """Settings that the fingerprint is the digest of."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    notes: tuple[str, ...] = ()
    """`SampleSplit.notes`, then `layout_notes` and `choice_notes`."""
    left_out: tuple[str, ...] = ()
    """`SampleSplit.left_out`."""
    layout_notes: tuple[str, ...] = ()
    """`Backend.notes`."""
    options: tuple[Options, ...] = ()
    """Options of each sample that are scored by their likelihood; empty = they are not."""
    choice_notes: tuple[str, ...] = ()
    """Reason why they are not although it was asked for."""

    @property
    def model(self) -> ModelConf:
        """The cell's model."""
        return self.config.model

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>`, for people."""
        return f"{self.model.label}/{self.task.conf.name}/{self.config.prompt.name}"

    @property
    def prompt_count(self) -> int:
        """Prompts without their further draws, which limits and studies count."""
        return len(self.prompts) // self.task.draws

    @cached_property
    def fingerprint(self) -> str:
        """Digest of everything that can change a completion."""
        return sha256(self.generation)

    @cached_property
    def id(self) -> str:
        """Digest of the fingerprint, the scored samples, the metrics and the parsers' versions."""
        keys = [prompt.key.digested for prompt in self.prompts]
        scored = [self.signatures, self.task.conf.score, self.versions]
        return sha256([self.fingerprint, keys, scored])

    @property
    def versions(self) -> dict[str, int]:
        """Declared versions of the readers of data and answers, whatever their source text."""
        return {**self.task.module.VERSIONS, "failures": failures.VERSION}

    @property
    def scoring(self) -> Scoring:
        """Options of the metrics, with the store's cache."""
        return scoring_options(self.config)

    @property
    def store(self) -> CellStore:
        """Store of completions and records."""
        folder = generations_folder(self.config, self.task) / self.fingerprint[:16]
        number = self.config.shard
        return CellStore(folder, Shard(number, self.config.shards) if number else None)


def scoring_options(config: Config) -> Scoring:
    """Returns the configuration's options of the metrics, with the store's cache."""
    return Scoring(config.scoring, config.paths.store / "cache")


def build(config: Config, name: str, backend: Backend) -> Cell:
    """Read the data, build the prompts and identify the cell.

    Raises:
        ClueError: data are missing or malformed, a template cannot be filled, or the model is
            unavailable.
    """
    task = Task.of(config, name)
    check_endpoint(backend.endpoint(), task.access, task.dataset.name, config.privacy)
    split, prompts = _prompts(task)
    settings = generation_settings(config, task, split.shots)
    if backend.replays:
        generation = stored_generation(config, task, settings)
    else:
        generation = settings | {"backend": backend.identity()}
    scored = cell_options(config, task, split.scored, backend)
    if scored.options and backend.replays:
        folder = generations_folder(config, task) / sha256(generation)[:16]
        scored = if_stored(scored, prompts, folder)
    choice_notes = (scored.note,) if scored.note else ()
    return Cell(
        config=config,
        task=task,
        samples=split.scored,
        prompts=prompts,
        generation=generation,
        signatures=_signatures(config, task, split, [choice.NAME] if scored.options else ()),
        notes=(*split.notes, *backend.notes(), *choice_notes),
        left_out=split.left_out,
        layout_notes=backend.notes(),
        options=scored.options,
        choice_notes=choice_notes,
    )


def _prompts(task: Task) -> tuple[SampleSplit, tuple[Prompt, ...]]:
    """Returns a task's samples and prompts, cached: all models of a sweep share them."""
    key = task.data_key
    if key not in _PROMPT_CACHE:
        split = task.split()
        prompts = task.prompts(split)
        while len(_PROMPT_CACHE) >= PROMPT_CACHE_SIZE:
            del _PROMPT_CACHE[next(iter(_PROMPT_CACHE))]
        _PROMPT_CACHE[key] = split, prompts
    return _PROMPT_CACHE[key]


def _signatures(
    config: Config, task: Task, split: SampleSplit, more: Sequence[str] = ()
) -> dict[str, str]:
    """Returns no signatures if nothing is scored: the scorers may be missing.

    Args:
        config: of the job.
        task: one of its tasks.
        split: its samples.
        more: metrics in addition to those of the task file.

    Raises:
        ConfigError: a metric reads answers by the authors' rule, which the task does not have, or
            reads none; compares a part that its answers do not have; a metric of a set is unknown.
    """
    if choice.NAME in task.conf.metrics:
        raise ConfigError(
            f"tasks.{task.conf.name}.metrics: {choice.NAME} reads no answer and belongs to no "
            "score: leave it out, and set scoring.choice=true"
        )
    check_names(task.conf.set_metrics)
    names = [] if config.generate_only else task.conf.metrics
    parsers = {name: METRICS[name].parser for name in names if name in METRICS}
    unread = [name for name, parser in parsers.items() if not hasattr(task.module, parser)]
    if unread:
        raise ConfigError(
            f"tasks.{task.conf.name}.metrics: {', '.join(unread)} reads answers by the rule of the "
            f"authors' code, and {task.conf.name} has none: leave it out of metrics and score"
        )
    for name in parsers:
        check_part(task.conf.name, task.module, METRICS[name].part, name)
    return task_signatures(
        task,
        [*names, *more] if names else [],
        scoring_options(config),
        has_authors_references=split.has_authors_references,
    )
