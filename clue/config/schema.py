"""Schema of every setting; Hydra fills the dataclasses, `clue.config.validation` checks them.

A field's default is the setting's default, with its range; `conf/` has the named
choices. Paths are relative to the working directory of the command, as on any command line; unset
paths are in the project.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clue.common.paths import absolute_path
from clue.config.generation_schema import GenerationConf, ThinkingConf
from clue.config.ranges import AtLeast, CountOr, MoreThan, Name, NotEmpty, OneOf, setting
from clue.config.scoring_schema import ScoringConf
from clue.config.study_schema import StudyConf
from clue.config.table_schema import ANSWERS, DEFAULT_METRICS, TABLE, ColumnsConf

ADAPTATIONS = ("continued pre-training", "instruction tuning", "preference tuning", "merge")
AUTO = "auto"
"""A setting that follows from others."""
DOCUMENT_ORDERS = ("per_question", "per_patient")
TEXT_MODES = ("full", "hash", "none")
ONE, SPREAD, CROSSED = "one", "spread", "crossed"
"""Designs: one prompt, or a population of prompts."""


@dataclass
class PathsConf:
    """Folders of data, checkpoints and results."""

    data: str = setting("data", NotEmpty())
    """Folder of the data sets: `<data>/meqsum/...`; `demo` is the fictional data of the package."""
    models: str = setting("models", NotEmpty())
    """Folder of downloaded checkpoints: `<models>/<org>/<name>`."""
    mlruns: str = setting("mlruns", NotEmpty())
    """The store: mlflow.db, artifacts, cells, hydra, cache."""
    stage: str | None = setting(None, NotEmpty())
    """Folder on a disk of this machine, to which weights are copied once; none = they are read
    where they are."""
    stage_fallback: bool = False
    """Read the weights where they are if they cannot be staged; otherwise that is an error."""

    @property
    def store(self) -> Path:
        """`mlruns`, absolute."""
        return absolute_path(self.mlruns)


@dataclass
class TrackingConf:
    """Tracking of runs by MLflow."""

    uri: str | None = None
    """MLflow tracking URI; none = SQLite in `paths.mlruns`."""
    experiment: str = "clue"


def checkpoint_label(repo: str, adapter: str | None = None) -> str:
    """Returns the name of a checkpoint without a model file.

    >>> checkpoint_label("org/base"), checkpoint_label("/data/base/", "org/lora")
    ('org--base', 'data--base--org--lora')
    """
    source = f"{repo}+{adapter}" if adapter else repo
    return re.sub(r"[^A-Za-z0-9._-]+", "--", source).strip("-.")


@dataclass
class ModelConf:
    """A checkpoint and its properties that the study uses."""

    name: str | None = setting(None, Name())
    """Name of the file in conf/model; none = derived from `repo`."""
    repo: str | None = None
    """Hugging Face id or a folder."""
    revision: str | None = None
    """Commit, tag or branch on the hub; none = the default branch, recorded by its commit."""
    adapter: str | None = None
    """LoRA adapter on top of `repo`: a folder, also one of the project or in `paths.models`, or a
    hub id."""
    baseline: str | None = None
    """A rule instead of a checkpoint: a name in `clue.backends.baseline.RULES`."""
    gguf_package: str | None = None
    """Installed Python package that ships the weights as GGUF."""
    gguf_file: str | None = None
    dtype: str = setting("bfloat16", OneOf(("float32", "bfloat16", "float16")))
    quantization: str | None = setting(None, OneOf(("int8", "int4")))
    """Quantise while loading (bitsandbytes, NVIDIA GPUs only). A checkpoint that is quantised
    already is loaded as it is."""
    context: int | None = setting(None, AtLeast(1))
    """Tokens of prompt and answer together; none = as in the checkpoint's config."""
    parameters: float | None = None
    """Billions."""
    domain: str = setting("general", OneOf(("general", "biomedical")))
    family: str | None = None
    """Base models that share weights or data form one family; none = the base's."""
    base: str | None = None
    """Name of the general model that it is compared with: makes the two a pair."""
    base_repo: str | None = None
    """Hugging Face id or folder of a base without a model file, instead of `base`."""
    ancestor: str | None = None
    """Name of the model that it was trained from, if that is not `base`."""
    adaptation: list[str] = setting(list, OneOf(ADAPTATIONS))  # noqa: RUF009  a field
    """Methods of its adaptation; none = unknown."""
    recipe: str | None = None
    """Data and method of its training, if other bases were trained by the same; none = its own."""
    licence: str | None = None
    gated: bool = False
    """The hub requires an account that has accepted the licence."""
    access: str | None = None
    """Other conditions of access, for people."""
    chat_template: str | None = setting(None, NotEmpty())
    """None = the tokenizer's own; `none` = the plain layout; `<file>.jinja`, also in a folder of
    own files; else another model, whose template is used: a model file, a hub id or a folder."""
    thought_tags: list[str] = setting(list, NotEmpty())  # noqa: RUF009  a field
    """Text that opens its thoughts and text that closes them, if its chat template shows neither;
    used by `thinking.mode=native`."""
    chat: str | None = None
    """Remarks on its chat layout, for people; `clue.checkpoints.chat_template` probes it."""

    @property
    def label(self) -> str:
        """The model's name in runs and folders."""
        return self.name or checkpoint_label(str(self.repo), self.adapter)


@dataclass
class TaskConf:
    """Protocol of one task: wording, shots, limits, metrics."""

    name: str = ""
    strata: str | None = None
    """Name of the groups that the ids of samples begin with, before a slash, such as `subject`; the
    analysis shows a difference in each. None = the ids begin with no group."""
    level: str | None = None
    """Name of the group that people count it to; a tag in MLflow."""
    system: str = ""
    """System turn."""
    user: str = ""
    """User turn; `{field}` names a field of the sample."""
    input: str = ""
    """The field with the text in question; `baseline_copy` answers with its beginning."""
    assistant: str = "{target}"
    """Answer of a worked example."""
    shots: int = setting(0, AtLeast(0))
    """Worked examples of the paper's protocol (`prompt=paper`)."""
    source: str | None = setting(None, OneOf(("train", "valid", "package")))
    """Source of the worked examples in the place of `prompt.source=test`: the training or the
    validation split, or `package`, fictional items that come with the package. None =
    `prompt.source` alone decides."""
    max_new_tokens: int = setting(512, AtLeast(1))
    thought_request: str = ""
    """Sentence after the question that asks for a chain of thought (`thinking.mode=cot`); it ends
    with a line that begins with `Answer:`. Empty = the task is answered at once."""
    thought_tokens: int = setting(256, AtLeast(1))
    """Most tokens of a requested chain of thought."""
    metrics: list[str] = field(default_factory=list)
    """Names in `clue.metrics.registry.METRICS`."""
    score: list[str] = field(default_factory=list)
    """The metrics whose unweighted mean is the task score."""
    set_metrics: list[str] = field(default_factory=list)
    """Names in `clue.metrics.set_metrics.SET_METRICS`: statistics of all answers of a cell
    together, beside the score."""
    limit: int | None = setting(None, AtLeast(1))
    """Upper bound of scored samples, the first of the (shuffled) test split."""
    reader: str | None = None
    """Module in `clue.task` that reads and parses, or `table`, a file of one's own; none = the
    task's name."""
    file: str | None = None
    """Table: CSV, JSON lines or Parquet; a relative path starts at the working directory, else at
    `<paths.data>/<name>/`."""
    train: str | None = None
    """Table: file of the worked examples with `prompt.source=train`."""
    columns: ColumnsConf = field(default_factory=ColumnsConf)
    """Table: columns of the file."""
    answer: str | None = setting(None, OneOf(ANSWERS))
    """Table: `choice` of one of `labels`, `text`, or ICD-10-CM `codes`."""
    labels: list[str] = field(default_factory=list)
    """Table: the possible answers of a `choice`."""
    access: str | None = setting(None, OneOf(("open", "credentialed")))
    """Table: `credentialed` text stays on this machine; none = credentialed."""
    documents: str | None = setting(None, OneOf(("own", "mixed", "foreign")))
    """LongHealth: `own` documents of the patient, `mixed` with those of others, `foreign` only."""
    order: str | None = setting(None, OneOf(DOCUMENT_ORDERS))
    """LongHealth: documents chosen and shuffled `per_question` (the paper) or `per_patient`."""
    repeats: int = setting(1, AtLeast(1))
    """LongHealth: presentations of every question, each with its own shuffle."""
    budget: Any = setting(None, CountOr(AUTO))  # noqa: RUF009  a field
    """LongHealth: characters of all documents of a prompt, the same for every model; `auto` = as
    many as every model of the study can read (`clue.task.document_budget`)."""
    unanswerable: str | None = None
    """LongHealth: text of option F; none = there is no such option."""

    def __post_init__(self) -> None:
        """Sets the metrics and the score of a table by its kind of answer, unless they are set."""
        if self.is_table and self.answer in DEFAULT_METRICS:
            names = DEFAULT_METRICS[self.answer]
            self.metrics = self.metrics or list(names)
            default = [name for name in names if name in self.metrics]
            self.score = self.score or default or list(self.metrics)

    @property
    def characters(self) -> int:
        """The budget as a number; 0 if the task presents no documents."""
        assert self.budget != AUTO, "clue.task.document_budget resolves it"
        return int(self.budget or 0)

    @property
    def is_table(self) -> bool:
        """The task is on a file of one's own."""
        return self.reader == TABLE

    @property
    def module(self) -> str:
        """Name of the module in `clue.task`."""
        return self.reader or self.name

    @property
    def dataset(self) -> str:
        """Name of the data set: tables are data sets of their own."""
        return self.name if self.is_table else self.module


@dataclass
class PromptConf:
    """Wording of the prompts, number and source of worked examples."""

    name: str = setting("paper", Name())
    shots: int | None = setting(None, AtLeast(0))
    """None = each task's own number."""
    source: str = setting("test", OneOf(("test", "train")))
    """Split of the worked examples. `test`: of the shuffled test file, then not scored (as in the
    paper)."""
    seed: int = 1
    wording: str = setting("own", OneOf(("own", "upstream")))
    """`own`: the task file's; `upstream`: the authors', from `python -m clue data import-upstream`.
    The authors' wording replaces a task's `system`, `user`, `assistant`, `max_new_tokens` and
    `unanswerable`; the task keeps its values for all that their script does not define."""
    design: str = setting(ONE, OneOf((ONE, SPREAD, CROSSED)))
    """`one` prompt for all items; a population of prompts `spread` over the items, so that each
    item is asked with `per_item` of them, or `crossed`, each item with all of them."""
    population: int = setting(24, AtLeast(2))
    """Prompts of the population (`clue.task.population`)."""
    per_item: int = setting(1, AtLeast(1))
    """Prompts of each item with `design=spread`."""
    shot_draws: int = setting(4, AtLeast(1))
    """Draws of worked examples in the population. With `source=test` none of them is scored."""
    population_seed: int = 1
    """Of the draw of the population."""

    @property
    def is_population(self) -> bool:
        """Items are asked with prompts of a population."""
        return self.design != ONE


@dataclass
class ServerConf:
    """A server with OpenAI's protocol (`backend=openai`)."""

    url: str | None = None
    """Its address, e.g. `http://127.0.0.1:8000/v1`."""
    model: str | None = None
    """Name under which it serves the model; none = `model.repo`."""
    api: str = setting("auto", OneOf(("auto", "tokens", "text", "chat")))
    """Form of the prompts: our `tokens`, our `text`, or turns for the server's template (`chat`);
    `auto` = the first of these that the server accepts."""
    key_env: str = "OPENAI_API_KEY"
    """Environment variable with the key, if the server requires one."""
    concurrency: int = setting(16, AtLeast(1))
    """Upper bound of simultaneous requests."""
    retries: int = setting(5, AtLeast(0))
    """Further attempts for a prompt while the server is busy, broken or unreachable."""
    timeout: float = setting(600.0, MoreThan(0))
    """Longest wait for one complete answer, in seconds."""


@dataclass
class BackendConf(ServerConf):
    """The backend that generates answers."""

    name: str = "transformers"
    device: str = "auto"
    """`auto` (all GPUs, otherwise CPU), `cpu`, `cuda`, `cuda:1`, `mps`."""
    batch_tokens: int | None = setting(None, AtLeast(1))
    """Upper bound of one batch: padded prompt tokens plus answer budgets; none = as many as fit
    half of the GPUs' memory that the weights leave free, or 2 GiB of the CPU's."""
    batch_size: int = setting(64, AtLeast(1))
    """Upper bound of one batch in samples."""
    repeat_alone: int = 0
    """Samples of each cell that are sent again, one by one; the run records how many answers this
    changes: in half precision a batch can change a last bit, and thereby a word."""
    fingerprint: str | None = None
    """Replay only: the stored generation to use, if several match."""
    replayed: str | None = None
    """Replay only: name of the backend whose generations are used; none = any."""
    pace: float = setting(0.0, AtLeast(0))
    """Fake only: seconds of each new token, to see how progress is shown."""


@dataclass
class PrivacyConf:
    """Destinations of text of credentialed data."""

    allow_remote: bool = False
    """A model on another machine may read it."""
    trusted_endpoints: list[str] = field(default_factory=list)
    """Addresses that the data use agreement allows, e.g. `https://llm.hospital.example:8000`."""


@dataclass
class LoggingConf:
    """Text in tracking."""

    text: str | None = setting(None, OneOf(TEXT_MODES))
    """Texts in record tables; null = full, but hash for credentialed data on a tracking server
    that is another machine."""


@dataclass
class Config:
    """Configuration of one job: one model, some tasks, one prompt setting."""

    study: StudyConf = field(default_factory=StudyConf)
    """The study whose levels the job's tables show; no setting of it changes an answer."""
    model: ModelConf = field(default_factory=ModelConf)
    tasks: dict[str, TaskConf] = field(default_factory=dict)
    prompt: PromptConf = field(default_factory=PromptConf)
    generation: GenerationConf = field(default_factory=GenerationConf)
    thinking: ThinkingConf = field(default_factory=ThinkingConf)
    backend: BackendConf = field(default_factory=BackendConf)
    scoring: ScoringConf = field(default_factory=ScoringConf)
    paths: PathsConf = field(default_factory=PathsConf)
    tracking: TrackingConf = field(default_factory=TrackingConf)
    privacy: PrivacyConf = field(default_factory=PrivacyConf)
    logging: LoggingConf = field(default_factory=LoggingConf)
    limit: int | None = setting(None, AtLeast(1))
    """Upper bound of scored samples for every task."""
    force: bool = False
    """Generate again what is stored."""
    generate_only: bool = False
    """Store completions without scores or tracking; `backend=replay` scores them elsewhere."""
    shards: int = setting(1, AtLeast(1))
    """Processes that share the prompts of each cell, each with a copy of the model (`run.py`)."""
    shard: int | None = setting(None, AtLeast(1))
    """Part of the prompts that this job answers, from 1 to `shards`; none = all of them."""
    dry_run: bool = False
    """Show what would run; load no model."""
    dry_run_tokens_per_second: float | None = setting(None, MoreThan(0))
    """Prompt and answer tokens per second from which a dry run estimates hours; none = as measured
    on stored completions."""
    on_overflow: str | None = setting(None, OneOf(("skip_cell", "error")))
    """Treatment of a cell with a prompt longer than the model's context: `skip_cell` leaves it
    out, `error` makes it a failure; none = `skip_cell` in a sweep, otherwise `error`."""
    isolate: bool | None = None
    """Run each job in a fresh process; none = if jobs share a pool of workers (joblib) and use
    GPUs, or if there is a watchdog. Jobs of a pool without GPUs share one process for each worker,
    which pays the imports once."""
    gpus_per_job: int | None = setting(None, AtLeast(1))
    """GPUs of this machine that an isolated job claims; none = 1 with joblib, otherwise all."""
    watchdog_min: float | None = setting(None, MoreThan(0))
    """Minutes without counted progress after which a job is ended: queued again on Slurm, failed
    elsewhere; none = a job that hangs is not ended."""
