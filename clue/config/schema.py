"""The schema of every setting; Hydra fills the dataclasses, `clue.config.validation` checks them.

A field's default is the setting's default; `conf/` holds the named choices. Paths are relative to
the directory in which the command was started, as on any command line; unset ones lie in the
project.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class PathsConf:
    """Where things lie."""

    data: str = "data"
    """Folder of the data sets: `<data>/meqsum/...`; `demo` is the fictional data of the package."""
    models: str = "models"
    """Folder of downloaded checkpoints: `<models>/<org>/<name>`."""
    mlruns: str = "mlruns"
    """The whole store: mlflow.db, artifacts, cells, hydra, cache."""

    @property
    def store(self) -> Path:
        """`mlruns`, absolute."""
        return Path(self.mlruns).expanduser().resolve()


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
    """LoRA adapter on top of `repo`: a folder, also one of the project or in `paths.models`, or a
    hub id."""
    baseline: str | None = None
    """Instead of a checkpoint a rule: a name in `clue.backends.baseline.RULES`."""
    gguf_package: str | None = None
    """Installed Python package that ships the weights as GGUF."""
    gguf_file: str | None = None
    dtype: str = "bfloat16"
    quantization: str | None = None
    """`int8` or `int4`: quantise while loading (bitsandbytes, NVIDIA GPUs only). A checkpoint that
    is quantised already is loaded as it is."""
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
    adaptation: list[str] = field(default_factory=list)
    """Names in `clue.config.validation.ADAPTATIONS`: how it was adapted; none = unknown."""
    licence: str | None = None
    gated: bool = False
    """The hub asks for an account that has accepted the licence."""
    access: str | None = None
    """What else a user has to know to get it, for people."""
    chat: str | None = None
    """Remarks on its chat layout, for people; `clue.checkpoints.chat_template` probes it."""

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
    """Module in `clue.task` that reads and parses; none = the task's name."""
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
        """Name of the module in `clue.task`."""
        return self.reader or self.name


@dataclass
class PromptConf:
    """Whose words, and how many worked examples from where."""

    name: str = "paper"
    shots: int | None = None
    """None = each task's own number."""
    source: str = "test"
    """`test`: of the shuffled test file, then not scored (as the paper); `train`."""
    seed: int = 1
    wording: str = "own"
    """`own`: the task file's; `upstream`: the authors', from `python -m clue data import-upstream`.
    Theirs then stands in the place of a task's `system`, `user`, `assistant`, `max_new_tokens` and
    `unanswerable`; what their script does not say stays the task's."""


@dataclass
class ServerConf:
    """A server that speaks OpenAI's protocol (`backend=openai`)."""

    url: str | None = None
    """Its address, e.g. `http://127.0.0.1:8000/v1`."""
    model: str | None = None
    """The name that it serves the model under; none = `model.repo`."""
    api: str = "auto"
    """How prompts are sent: our `tokens`, our `text`, or turns for the server's template (`chat`);
    `auto` = the first of these that it takes."""
    key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key, if it wants one."""
    concurrency: int = 16
    """Most prompts that are with the server at a time."""
    retries: int = 5
    """Further tries for a prompt while the server is busy, broken or away."""
    timeout: float = 600.0
    """Longest wait for one answer, in seconds."""


@dataclass
class BackendConf(ServerConf):
    """What generates."""

    name: str = "transformers"
    device: str = "auto"
    """`auto` (all GPUs, else CPU), `cpu`, `cuda`, `cuda:1`, `mps`."""
    batch_tokens: int | None = None
    """Upper bound of one batch: padded prompt tokens plus answer budgets; none = what fits half of
    the GPUs' memory beside the weights, or 2 GiB of the CPU's."""
    batch_size: int = 64
    """Upper bound of one batch in samples."""
    repeat_alone: int = 0
    """Samples of each cell that are asked again, each by itself; the answers that this changes are
    counted: in half precision a batch can change a last bit, and with it a word."""
    fingerprint: str | None = None
    """Replay only: which stored generation, where several fit."""


@dataclass
class BertscoreConf:
    """The encoder of BERTScore."""

    model: str = "allenai/scibert_scivocab_uncased"
    """Hugging Face id, a folder, or the name of what `package` carries."""
    revision: str | None = None
    package: str | None = None
    """Installed Python package that carries the encoder; none = folder, cache or hub."""
    num_layers: int = 8
    """The layer whose output is compared, counted from 1."""
    batch_tokens: int = 16384
    """Upper bound of one batch, padding included."""


@dataclass
class UmlsConf:
    """Mentions in a text and the concepts that they are linked to."""

    mentions: str = "en_core_sci_sm"
    """spaCy model that finds mentions (a package or a folder); `words` = runs of words, without a
    trained model."""
    knowledge_base: str = "umls"
    """`umls`, scispaCy's; `hpo`, the Human Phenotype Ontology's UMLS cross-references."""
    folder: str | None = None
    """Folder with the files of scispaCy's UMLS linker; none = scispaCy's own cache."""
    threshold: float = 0.7
    """Similarity that a mention and a name must exceed."""


@dataclass
class ScoringConf:
    """How metrics are computed."""

    name: str = "paper"
    rouge_stemmer: bool = False
    bertscore: BertscoreConf = field(default_factory=BertscoreConf)
    umls: UmlsConf = field(default_factory=UmlsConf)


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
    generate_only: bool = False
    """Store completions, score and track nothing; `backend=replay` does that elsewhere."""
    dry_run: bool = False
    """Say what would run; load no model."""
    dry_run_tokens_per_second: float | None = None
    """Prompt and answer tokens per second from which a dry run estimates hours; none = as measured
    by stored completions."""
    on_overflow: str | None = None
    """What becomes of a cell with a prompt longer than the model's context: `skip_cell` leaves it
    out, `error` makes it a failure; none = `skip_cell` in a sweep, else `error`."""
    isolate: bool | None = None
    """Run each job in a fresh process; none = where jobs share a pool of workers (joblib)."""
    gpus_per_job: int | None = None
    """GPUs of this machine that an isolated job holds alone; none = 1 with joblib, else all."""
