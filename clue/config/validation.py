"""Range checks of settings, which Hydra's types have not: all problems are told at once."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from clue.config.schema import BackendConf, Config, ModelConf, TaskConf
from clue.errors import ConfigError

DTYPES = ("float32", "bfloat16", "float16")
DOMAINS = ("general", "biomedical")
QUANTIZATIONS = ("int8", "int4")
SERVING = ("openai", "vllm")
ADAPTATIONS = ("continued pre-training", "instruction tuning", "preference tuning", "merge")
OVERFLOWS = ("skip_cell", "error", None)
SHOT_SOURCES = ("test", "train")
WORDINGS = ("own", "upstream")
ORDERS = ("per_question", "per_patient")
TEXT_MODES = ("full", "hash", "none")
DOCUMENTS = ("own", "mixed", "foreign")
APIS = ("auto", "tokens", "text", "chat")


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
    yield from _model_problems(model)
    yield from _one_of("prompt.source", prompt.source, SHOT_SOURCES)
    yield from _one_of("prompt.wording", prompt.wording, WORDINGS)
    yield from _one_of("logging.text", config.logging.text, (*TEXT_MODES, None))
    yield from _at_least("prompt.shots", prompt.shots, 0)
    yield from _backend_problems(backend)
    yield from _at_least("limit", config.limit, 1)
    yield from _one_of("on_overflow", config.on_overflow, OVERFLOWS)
    yield from _at_least("gpus_per_job", config.gpus_per_job, 1)
    speed = config.dry_run_tokens_per_second
    if speed is not None and not speed > 0:
        yield f"dry_run_tokens_per_second={speed} is not more than 0"
    yield from _at_least("scoring.bertscore.num_layers", config.scoring.bertscore.num_layers, 1)
    yield from _at_least("scoring.bertscore.batch_tokens", config.scoring.bertscore.batch_tokens, 1)
    if not 0 <= config.scoring.umls.threshold <= 1:
        yield f"scoring.umls.threshold={config.scoring.umls.threshold} is not between 0 and 1"
    if backend.repeat_alone and (model.baseline or backend.name in ("replay", "fake")):
        yield "backend.repeat_alone asks a model again; here is none that answers"
    if model.quantization and backend.name in SERVING:
        yield (
            f"model.quantization is not heeded by {backend.name}, whose engine quantises itself: "
            "leave it null"
        )
    if not config.tasks:
        yield "no task is chosen: task=all, task=meqsum or 'task=[a,b]'"
    for name, task in config.tasks.items():
        if task.name:
            yield from _task_problems(task)
        else:
            yield f"tasks.{name} is set, but {name} is not among the chosen tasks"


def _model_problems(model: ModelConf) -> Iterator[str]:
    if not model.repo and not model.baseline:
        yield "model.repo is not set: model=hf needs model.repo=<org>/<name> or a folder"
    yield from _one_of("model.dtype", model.dtype, DTYPES)
    yield from _one_of("model.quantization", model.quantization, (*QUANTIZATIONS, None))
    yield from _one_of("model.domain", model.domain, DOMAINS)
    yield from _at_least("model.context", model.context, 1)
    for way in model.adaptation:
        yield from _one_of("model.adaptation", way, ADAPTATIONS)
    if bool(model.gguf_package) != bool(model.gguf_file):
        yield "model.gguf_package and model.gguf_file belong together: set both or none"
    if model.base and model.base == model.name:
        yield f"model.base={model.base} is the model itself"


def _backend_problems(backend: BackendConf) -> Iterator[str]:
    yield from _at_least("backend.batch_tokens", backend.batch_tokens, 1)
    yield from _at_least("backend.batch_size", backend.batch_size, 1)
    yield from _one_of("backend.api", backend.api, APIS)
    yield from _at_least("backend.concurrency", backend.concurrency, 1)
    yield from _at_least("backend.retries", backend.retries, 0)
    if not backend.timeout > 0:
        yield f"backend.timeout={backend.timeout} is not more than 0 seconds"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", backend.key_env):
        # what stands there may be the key
        yield "backend.key_env is not the name of an environment variable, e.g. OPENAI_API_KEY"
    if backend.name == "openai":
        yield from _address_problems(backend.url)
    if backend.name == "vllm" and backend.device != "auto":
        yield "backend.device is not heeded by vllm: CUDA_VISIBLE_DEVICES=0,1 chooses its devices"


def _address_problems(url: str | None) -> Iterator[str]:
    example = "e.g. backend.url=http://127.0.0.1:8000/v1"
    if url is None:
        yield f"backend.url is not set: backend=openai needs the server's address, {example}"
        return
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = None
    if not whole:
        yield f"backend.url is not the address of a server, {example}"
    elif parts.username or parts.password or parts.query:
        yield "backend.url holds more than an address: a key belongs into a variable (key_env)"


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
