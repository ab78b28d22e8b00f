"""A cell: one model on one task under one prompt setting, with the digests that identify it.

The *fingerprint* covers all that can change a completion; completions are stored under it, so a
larger `limit` or another metric generates nothing twice. The *id* adds which samples are scored and
how.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clue.backends import Backend
from clue.config import model_files
from clue.config.schema import Config, ModelConf
from clue.data.locate import data_root
from clue.errors import ConfigError, StoreError
from clue.metrics import failures, signatures
from clue.metrics.options import Scoring
from clue.privacy import check_endpoint
from clue.records import Prompt, Sample, sha256
from clue.store.completions import CellStore
from clue.task.task import Split, Task

_WORDED: dict[str, tuple[Split, tuple[Prompt, ...]]] = {}
WORDED = 16
"""So many tasks stay in words from one job of a process to the next: all of the study's."""


@dataclass(frozen=True)
class Cell:
    """Everything that evaluating one cell needs, decided before a model is loaded."""

    config: Config
    task: Task
    samples: tuple[Sample, ...]
    prompts: tuple[Prompt, ...]
    """One per sample, in the same order."""
    generation: Mapping[str, Any]
    """What the fingerprint is the digest of."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    notes: tuple[str, ...] = ()
    """`Split.notes`."""

    @property
    def model(self) -> ModelConf:
        """The cell's model."""
        return self.config.model

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>`, for people."""
        return f"{self.model.label}/{self.task.conf.name}/{self.config.prompt.name}"

    @cached_property
    def fingerprint(self) -> str:
        """Digest of all that can change a completion."""
        return sha256(self.generation)

    @cached_property
    def id(self) -> str:
        """Digest of the fingerprint, the samples scored and how they are read and scored."""
        samples = [sample.key for sample in self.samples]
        scored = [self.signatures, self.task.conf.score, self.versions]
        return sha256([self.fingerprint, samples, scored])

    @property
    def versions(self) -> dict[str, int]:
        """Declared versions of what reads the data and the answers; never their source text."""
        return {**self.task.module.VERSIONS, "failures": failures.VERSION}

    @property
    def scoring(self) -> Scoring:
        """How and with what the answers are scored."""
        return scoring_of(self.config)

    @property
    def store(self) -> CellStore:
        """Where completions and records lie."""
        return CellStore(cell_folder(self.config, self.task) / self.fingerprint[:16])


def scoring_of(config: Config) -> Scoring:
    """The configuration's options of scoring, with the store's cache."""
    return Scoring(config.scoring, config.paths.store / "cache")


def cell_folder(config: Config, task: Task) -> Path:
    """The folder that holds every generation of a model on a task."""
    return config.paths.store / "cells" / task.conf.name / config.model.label


def build(config: Config, name: str, backend: Backend) -> Cell:
    """Read the data, put it into words, and find the cell's identity.

    Raises:
        ClueError: data are missing or malformed, a template cannot be filled, the model is not to
        be had.
    """
    task = Task(config.tasks[name], config.prompt, data_root(config.paths.data), config.limit)
    check_endpoint(backend.endpoint(), task.access, task.dataset.name, config.privacy)
    split, prompts = _worded(task)
    described = _describe(config, task, split.shots)
    if config.backend.name == "replay":
        generation = _stored(config, task, described)
    else:
        generation = described | {"backend": backend.identity()}
    return Cell(
        config=config,
        task=task,
        samples=split.scored,
        prompts=prompts,
        generation=generation,
        signatures=_signatures(config, task),
        notes=split.notes,
    )


def _worded(task: Task) -> tuple[Split, tuple[Prompt, ...]]:
    """A task's samples and prompts; the models of a sweep are asked the same, read once."""
    path = task.path()
    file = [str(path), path.stat().st_size, path.stat().st_mtime_ns]
    key = sha256([asdict(task.conf), asdict(task.prompting), task.limit, file])
    if key not in _WORDED:
        split = task.split()
        prompts = tuple(task.prompt(sample, split.shots) for sample in split.scored)
        while len(_WORDED) >= WORDED:
            del _WORDED[next(iter(_WORDED))]
        _WORDED[key] = split, prompts
    return _WORDED[key]


def _signatures(config: Config, task: Task) -> dict[str, str]:
    """None where nothing is scored: the scorers need not be there."""
    names = [] if config.generate_only else task.conf.metrics
    return signatures(names, scoring_of(config))


def _describe(config: Config, task: Task, shots: tuple[Sample, ...]) -> dict[str, Any]:
    return {
        "protocol": task.protocol(shots),
        "model": model_files.identity(config.model),
        "decoding": "greedy",
    }


def _stored(config: Config, task: Task, described: dict[str, Any]) -> dict[str, Any]:
    """The stored generation of this model, task and prompt, whatever backend made it."""
    folder = cell_folder(config, task)
    found = {
        path.parent.name: json.loads(path.read_text())
        for path in sorted(folder.glob("*/cell.json"))
    }
    wished = config.backend.fingerprint
    fits = {
        name: generation
        for name, generation in found.items()
        if {**generation, "backend": None} == {**described, "backend": None}
        and (wished is None or name.startswith(wished[:16]))
    }
    if not fits:
        raise StoreError(
            f"nothing is stored in {folder} for this model, task, prompt and data"
            f"{f' under {wished}' if wished else ''} ({len(found)} other generations are): "
            "run it first with backend=transformers"
        )
    if len(fits) > 1:
        made = "\n".join(f"  {name}  made by {_made_by(fits[name])}" for name in fits)
        raise ConfigError(
            f"several stored generations fit; choose one with backend.fingerprint=...\n{made}"
        )
    generation: dict[str, Any] = next(iter(fits.values()))
    return generation


def _made_by(generation: Mapping[str, Any]) -> str:
    backend = generation["backend"]
    return f"{backend['name']}, weights {str(backend.get('weights'))[:12]}"
