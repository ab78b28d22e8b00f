"""The schema of every setting, and the range checks that Hydra has not.

Hydra fills the dataclasses.

A field's default is the setting's default; `conf/` holds the named choices. Paths are relative to
the directory in which the command was started, as on any command line; unset ones lie in the
project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clue.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
DTYPES = ("float32", "bfloat16", "float16")
DOMAINS = ("general", "biomedical")
SHOT_SOURCES = ("test", "train")
ORDERS = ("per_question", "per_patient")
TEXT_MODES = ("full", "hash", "none")
DOCUMENTS = ("own", "mixed", "foreign")


@dataclass
class PathsConf:
    """Where things lie."""

    data: str = "data"
    """Folder of the data sets: `<data>/meqsum/...`; `demo` is the fictional data of the package."""
    models: str = "models"
    """Folder of downloaded checkpoints: `<models>/<org>/<name>`."""
    mlruns: str = "mlruns"
    """The whole store: mlflow.db, artifacts, cells, hydra, cache."""


@dataclass
class TrackingConf:
    """Where runs are tracked."""

    uri: str | None = None
    """MLflow tracking URI; none = SQLite in `paths.mlruns`."""
    experiment: str = "clue"


@dataclass
class ModelConf:
    """A checkpoint and what the study needs to know of it."""

    name: str | None = None
    """Name of the file in conf/model; none = made from `repo`."""
    repo: str | None = None
    """Hugging Face id or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub; none = the default branch, recorded by its commit."""
    adapter: str | None = None
    """LoRA adapter (hub id or folder) on top of `repo`."""
    baseline: str | None = None
    """Instead of a checkpoint a rule: a name in `clue.backends.baseline.RULES`."""
    gguf_package: str | None = None
    """Installed Python package that ships the weights as GGUF."""
    gguf_file: str | None = None
    dtype: str = "bfloat16"
    context: int | None = None
    """Tokens of prompt and answer together; none = as the checkpoint's config says."""
    parameters: float | None = None
    """Billions."""
    domain: str = "general"
    family: str | None = None
    """Base models that share weights or data form one family; none = the base's."""
    base: str | None = None
    """Name of the general model that it is compared with: makes the two a pair."""
    ancestor: str | None = None
    """Name of the model that it was trained from, where that is not `base`."""
    licence: str | None = None
    gated: bool = False
    """The hub asks for an account that has accepted the licence."""

    @property
    def label(self) -> str:
        """The model's name in runs and folders."""
        if self.name:
            return self.name
        source = f"{self.repo}+{self.adapter}" if self.adapter else str(self.repo)
        return re.sub(r"[^A-Za-z0-9._-]+", "--", source).strip("-.")


@dataclass
class TaskConf:
    """The protocol of one task: wording, shots, limits, metrics."""

    name: str = ""
    level: int = 1
    system: str = ""
    """System turn."""
    user: str = ""
    """User turn; `{field}` names a field of the sample."""
    input: str = ""
    """The field that holds the text in question; `baseline_copy` answers with its beginning."""
    assistant: str = "{target}"
    """How a worked example answers."""
    shots: int = 0
    """Worked examples of the paper's protocol (`prompt=paper`)."""
    max_new_tokens: int = 512
    metrics: list[str] = field(default_factory=list)
    """Names in `clue.metrics.METRICS`."""
    score: list[str] = field(default_factory=list)
    """The metrics whose unweighted mean is the task score."""
    limit: int | None = None
    """Score only the first so many samples of the (shuffled) test split."""
    reader: str | None = None
    """Module in `clue.tasks` that reads and parses; none = the task's name."""
    documents: str | None = None
    """LongHealth: `own` documents of the patient, `mixed` with those of others, `foreign` only."""
    order: str | None = None
    """LongHealth: documents chosen and shuffled `per_question` (the paper) or `per_patient`."""
    repeats: int = 1
    """LongHealth: presentations of every question, each with its own shuffle."""
    budget: int | None = None
    """LongHealth: characters of all documents of a prompt, the same for every model."""
    unanswerable: str | None = None
    """LongHealth: text of option F; none = there is no such option."""

    @property
    def module(self) -> str:
        """Name of the module in `clue.tasks`."""
        return self.reader or self.name


@dataclass
class PromptConf:
    """How many worked examples, and from where."""

    name: str = "paper"
    shots: int | None = None
    """None = each task's own number."""
    source: str = "test"
    """`test`: of the shuffled test file, then not scored (as the paper); `train`."""
    seed: int = 1


@dataclass
class BackendConf:
    """What generates."""

    name: str = "transformers"
    device: str = "auto"
    """`auto` (all GPUs, else CPU), `cpu`, `cuda`, `cuda:1`, `mps`."""
    batch_tokens: int = 16384
    """Upper bound of one batch: padded prompt tokens plus answer budgets."""
    batch_size: int = 64
    """Upper bound of one batch in samples."""
    fingerprint: str | None = None
    """Replay only: which stored generation, where several fit."""


@dataclass
class ScoringConf:
    """How metrics are computed."""

    name: str = "paper"
    rouge_stemmer: bool = False


@dataclass
class PrivacyConf:
    """Where text of credentialed data may go."""

    allow_remote: bool = False
    """Whether a model on another machine may read it at all."""
    trusted_endpoints: list[str] = field(default_factory=list)
    """Addresses that the data use agreement allows, e.g. `https://llm.hospital.example:8000`."""


@dataclass
class LoggingConf:
    """What tracking shows."""

    text: str | None = None
    """Texts in record tables: `full`, `hash`, `none`; null = full, but hash for credentialed data
    on a tracking server that is another machine."""


@dataclass
class Config:
    """What `run.py` composes for one job: one model, some tasks, one prompt setting."""

    model: ModelConf = field(default_factory=ModelConf)
    tasks: dict[str, TaskConf] = field(default_factory=dict)
    prompt: PromptConf = field(default_factory=PromptConf)
    backend: BackendConf = field(default_factory=BackendConf)
    scoring: ScoringConf = field(default_factory=ScoringConf)
    paths: PathsConf = field(default_factory=PathsConf)
    tracking: TrackingConf = field(default_factory=TrackingConf)
    privacy: PrivacyConf = field(default_factory=PrivacyConf)
    logging: LoggingConf = field(default_factory=LoggingConf)
    limit: int | None = None
    """Upper bound of scored samples for every task."""
    force: bool = False
    """Generate again what is stored."""
    dry_run: bool = False
    """Say what would run; load no model."""


def validate(config: Config) -> None:
    """Check what types cannot: ranges, choices, references between settings.

    Raises:
        ConfigError: with every problem found, a line each.
    """
    problems = list(_problems(config))
    if problems:
        raise ConfigError(
            "these settings cannot be used:\n" + "\n".join(f"  {line}" for line in problems)
        )


def _problems(config: Config) -> Iterator[str]:
    model, prompt, backend = config.model, config.prompt, config.backend
    if not model.repo and not model.baseline:
        yield "model.repo is not set: model=hf needs model.repo=<org>/<name> or a folder"
    yield from _one_of("model.dtype", model.dtype, DTYPES)
    yield from _one_of("model.domain", model.domain, DOMAINS)
    yield from _one_of("prompt.source", prompt.source, SHOT_SOURCES)
    yield from _one_of("logging.text", config.logging.text, (*TEXT_MODES, None))
    yield from _at_least("model.context", model.context, 1)
    yield from _at_least("prompt.shots", prompt.shots, 0)
    yield from _at_least("backend.batch_tokens", backend.batch_tokens, 1)
    yield from _at_least("backend.batch_size", backend.batch_size, 1)
    yield from _at_least("limit", config.limit, 1)
    if bool(model.gguf_package) != bool(model.gguf_file):
        yield "model.gguf_package and model.gguf_file belong together: set both or none"
    if model.base and model.base == model.name:
        yield f"model.base={model.base} is the model itself"
    if not config.tasks:
        yield "no task is chosen: task=all, task=meqsum or 'task=[a,b]'"
    for task in config.tasks.values():
        yield from _task_problems(task)


def _task_problems(task: TaskConf) -> Iterator[str]:
    where = f"tasks.{task.name}"
    yield from _one_of(f"{where}.level", task.level, (1, 2))
    yield from _at_least(f"{where}.shots", task.shots, 0)
    yield from _at_least(f"{where}.limit", task.limit, 1)
    yield from _at_least(f"{where}.max_new_tokens", task.max_new_tokens, 1)
    yield from _document_problems(where, task)
    for metric in task.score:
        if metric not in task.metrics:
            yield f"{where}.score names {metric!r}, which is not in {where}.metrics {task.metrics}"
    if not task.score:
        yield f"{where}.score is empty: name the metrics whose mean is the task score"


def _document_problems(where: str, task: TaskConf) -> Iterator[str]:
    yield from _at_least(f"{where}.repeats", task.repeats, 1)
    if task.documents is None:
        for name in ("order", "budget", "unanswerable"):
            if getattr(task, name) is not None:
                yield f"{where}.{name} is set, but {task.name} presents no documents"
        if task.repeats > 1:
            yield f"{where}.repeats={task.repeats}: {task.name} asks every sample the same way"
        return
    yield from _one_of(f"{where}.documents", task.documents, DOCUMENTS)
    yield from _one_of(f"{where}.order", task.order, ORDERS)
    yield from _at_least(f"{where}.budget", task.budget or 0, 1)
    if task.documents == "foreign" and not task.unanswerable:
        yield f"{where}.unanswerable is not set: without it no option is right"


def _one_of(name: str, value: Any, choices: tuple[Any, ...]) -> Iterator[str]:
    if value not in choices:
        yield f"{name}={value} is none of {', '.join(map(str, choices))}"


def _at_least(name: str, value: int | None, least: int) -> Iterator[str]:
    if value is not None and value < least:
        yield f"{name}={value} is less than {least}"
