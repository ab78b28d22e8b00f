"""Settings, data and scorers that a declared cell must have, as they resolve to now."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clue.choice_scoring import is_requested, options_of
from clue.config import model_files
from clue.config.composition import as_overrides, composed
from clue.config.files import config_files
from clue.config.schema import Config, PathsConf
from clue.errors import DataError, DataMissing, ModelUnavailable
from clue.metrics import choice, failures
from clue.metrics.references import authors_reference, task_signatures
from clue.metrics.scorer import Scoring
from clue.records import dotted, sha256
from clue.study.declaration import CellKey, Declaration
from clue.task.protocol import data_digests, protocol_settings
from clue.task.sample_split import SampleSplit
from clue.task.task import Task

log = logging.getLogger(__name__)

SPLITS = 64
"""Tasks under a prompt setting whose samples a process keeps."""
_SPLITS: dict[str, SampleSplit] = {}


@dataclass(frozen=True)
class ExpectedTask:
    """A declared task under a prompt setting; what this machine cannot resolve is absent."""

    protocol: Mapping[str, Any]
    """`Task.protocol`; without `dataset_sha256` and `shots` where the data are not here."""
    decoding: str | Mapping[str, Any]
    """`GenerationConf.decoding`."""
    score: tuple[str, ...]
    """Metrics of the task score."""
    metrics: tuple[str, ...]
    """Those of the task file, and the accuracy of the likeliest option if it is declared."""
    signatures: Mapping[str, str]
    """Metric name to signature, without metrics whose scorer is not here."""
    versions: Mapping[str, int]
    """Declared versions of the readers of data and answers."""
    limit: int | None
    """Upper bound of scored samples that the study declares."""
    samples: int | None
    """Prompts without a limit; None where the data are not here."""
    repeats: int
    """Presentations of every question."""
    draws: int
    """Answers to each prompt."""
    fictional: bool
    """The declared data are those of the package's demonstration."""

    def resolved(self) -> dict[str, Any]:
        """Returns what depends on data and libraries, to be frozen."""
        digests = {name: self.protocol.get(name) for name in ("dataset_sha256", "shots")}
        return {
            **digests,
            "samples": self.samples,
            "signatures": dict(self.signatures),
            "versions": dict(self.versions),
        }


@dataclass(frozen=True)
class ExpectedCell:
    """A declared cell, resolved."""

    key: CellKey
    task: ExpectedTask
    model: Mapping[str, Any]
    """`clue.config.model_files.identity`."""
    backends: tuple[str, ...]
    """Backends whose answers count."""
    rule: str | None
    """Rule of a baseline; None = a model."""


@dataclass
class Resolver:
    """Resolves the cells of a declaration."""

    declaration: Declaration
    paths: PathsConf
    frozen: Mapping[str, Any] = field(default_factory=dict)
    """`ExpectedTask.resolved` by `<task>/<prompt>` as it was frozen; it precedes that of now."""
    _tasks: dict[tuple[str, str], ExpectedTask] = field(default_factory=dict)
    _configs: dict[str, Config] = field(default_factory=dict)
    _cells: dict[CellKey, ExpectedCell] = field(default_factory=dict)
    _identities: dict[str, Mapping[str, str | None]] = field(default_factory=dict)

    def cell(self, key: CellKey) -> ExpectedCell:
        """Returns what a declared cell must be, resolved once.

        Raises:
            ClueError: a setting of the study is unknown, or a wording is not imported.
        """
        if key not in self._cells:
            model = self.declaration.models[key.model]
            backends = ("baseline",) if model.baseline else tuple(self.declaration.conf.backends)
            if key.model not in self._identities:
                self._identities[key.model] = model_files.identity(model)
            identity = self._identities[key.model]
            task = self.task(key.task, key.prompt)
            self._cells[key] = ExpectedCell(key, task, identity, backends, model.baseline)
        return self._cells[key]

    def task(self, name: str, prompt: str) -> ExpectedTask:
        """Returns a task under a prompt setting, resolved once."""
        if (name, prompt) not in self._tasks:
            frozen = self.frozen.get(f"{name}/{prompt}", {})
            self._tasks[name, prompt] = _expected_task(self.config(prompt), name, frozen)
        return self._tasks[name, prompt]

    def config(self, prompt: str) -> Config:
        """Returns the settings of a run under a prompt setting, composed once.

        Raises:
            ClueError: a setting of the study is unknown.
        """
        if prompt not in self._configs:
            overrides = as_overrides(run_settings(self.declaration, prompt, self.paths))
            self._configs[prompt] = self._of_study(overrides)
        return self._configs[prompt]

    def _of_study(self, overrides: list[str]) -> Config:
        """Returns a run's settings in the complete study, also if a part of it is declared."""
        name = self.declaration.name
        if name in config_files("study"):
            return composed("config", Config, [f"study={name}", *overrides])
        return replace(composed("config", Config, overrides), study=self.declaration.conf)


def run_settings(declaration: Declaration, prompt: str, paths: PathsConf) -> dict[str, Any]:
    """Returns the settings of `python run.py` that a study declares for a prompt setting."""
    conf = declaration.conf
    return {
        "task": list(declaration.tasks),
        "prompt": prompt,
        "scoring": conf.scoring,
        "paths.data": paths.data,
        "paths.mlruns": paths.mlruns,
        **study_settings(conf.settings, declaration.tasks),
    }


def study_settings(settings: Mapping[str, Any], tasks: Iterable[str]) -> dict[str, Any]:
    """Returns settings by dotted name, without those of other tasks."""
    chosen = tuple(f"tasks.{name}." for name in tasks)
    return {
        key: value
        for key, value in dotted(settings)
        if key.startswith(chosen) or not key.startswith("tasks.")
    }


def _expected_task(config: Config, name: str, frozen: Mapping[str, Any]) -> ExpectedTask:
    task = Task.of(config, name)
    conf = task.conf
    digests, split = _from_data(task)
    metrics = [*conf.metrics, *_of_choice(config, task, split)]
    of_now = {
        "samples": len(split.scored) // task.draws if split else None,
        "signatures": _signatures(config, task, split, metrics),
        "versions": {**task.module.VERSIONS, "failures": failures.VERSION},
    }
    values = of_now | {key: value for key, value in frozen.items() if value}
    frozen_digests = {key: frozen[key] for key in ("dataset_sha256", "shots") if frozen.get(key)}
    return ExpectedTask(
        protocol=protocol_settings(task) | digests | frozen_digests,
        decoding=config.generation.decoding(),
        score=tuple(conf.score),
        metrics=tuple(metrics),
        signatures=values["signatures"],
        versions=values["versions"],
        limit=task.row_limit,
        samples=values["samples"],
        fictional=task.fictional,
        repeats=conf.repeats,
        draws=task.draws,
    )


def _from_data(task: Task) -> tuple[dict[str, str], SampleSplit | None]:
    """Digests of data and worked examples, and the samples without a limit.

    Without the data only the digest of no worked examples is known.
    """
    try:
        split = _split(task)
        return data_digests(task, split.shots), split
    except DataError as error:
        if not isinstance(error, DataMissing):
            log.warning("the data of %s cannot be read: %s", task.conf.name, error)
        return ({} if task.shots else {"shots": sha256([])}), None


def _split(task: Task) -> SampleSplit:
    """Returns the samples without a limit; a process reads them once for all studies.

    Raises:
        DataError: the data are missing or malformed.
    """
    unlimited = task.unlimited
    try:
        key = unlimited.data_key
    except OSError:  # a file is missing: reading says which, and how to get it
        return unlimited.split()
    if key not in _SPLITS:
        while len(_SPLITS) >= SPLITS:
            del _SPLITS[next(iter(_SPLITS))]
        _SPLITS[key] = unlimited.split()
    return _SPLITS[key]


def _of_choice(config: Config, task: Task, split: SampleSplit | None) -> list[str]:
    """The metric of the likeliest option, if it is declared and the options can be compared."""
    if not is_requested(config, task) or (split and not options_of(task, split.scored).options):
        return []
    return [choice.NAME]


def _signatures(
    config: Config, task: Task, split: SampleSplit | None, metrics: Iterable[str]
) -> dict[str, str]:
    """Signatures of now, without those of scorers or references that are not on this machine."""
    scoring = Scoring(config.scoring, config.paths.store / "cache")
    resolved: dict[str, str] = {}
    for name in metrics:
        if split is None and authors_reference(task, name):
            continue
        differ = split is not None and split.has_authors_references
        try:
            resolved |= task_signatures(task, [name], scoring, has_authors_references=differ)
        except ModelUnavailable as error:
            log.debug("no signature of %s: %s", name, error)
    return resolved
