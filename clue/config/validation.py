"""Validation of a job's settings; reports all problems at once.

Ranges and choices are declared beside the fields of `clue.config.schema`. Here are the checks that
involve several settings or the form of a value.
"""

import re
from collections.abc import Iterable, Iterator

from clue.common.names import RULE, is_name
from clue.config import chat_template_setting
from clue.config.generation_schema import generation_problems
from clue.config.ranges import printable, problems
from clue.config.schema import SPREAD, Config, ModelConf, PromptConf, TaskConf
from clue.config.table_validation import table_problems
from clue.errors import ConfigError

REFUSED_FORCE = (
    "force=true generates again what other shards have just stored: remove the cells first "
    "(python -m clue store remove), or run without shards"
)


def validate(config: Config, backend_problems: Iterable[str] = ()) -> None:
    """Check ranges, choices and references between settings, which types cannot express.

    Args:
        config: the settings.
        backend_problems: problems that the backend found, `clue.backends.setting_problems`.

    Raises:
        ConfigError: with every problem, a line each.
    """
    lines = [*problems(config), *_contradictions(config), *backend_problems]
    if lines:
        raise ConfigError("\n  ".join(["these settings cannot be used:", *lines]))


def _contradictions(config: Config) -> Iterator[str]:
    yield from _model_problems(config.model)
    yield from _prompt_problems(config.prompt)
    yield from generation_problems(config.generation, config.thinking)
    yield from _shard_problems(config)
    for name in filter(None, {*config.tasks, *(task.name for task in config.tasks.values())}):
        if not is_name(name):
            yield f"tasks.{printable(name)} is no name: {RULE}"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", config.backend.key_env):
        # the message omits the value, which may be the key itself
        yield "backend.key_env is not the name of an environment variable, e.g. OPENAI_API_KEY"
    if not config.tasks:
        yield "no task is chosen: task=all, task=meqsum or 'task=[a,b]'"
    for name, task in config.tasks.items():
        if task.name == name:
            yield from _task_problems(task)
        elif task.name:
            yield f"tasks.{name}.name={task.name}: a task has the name of its file, {name}"
        else:
            yield f"tasks.{name} is set, but {name} is not among the chosen tasks"


def _shard_problems(config: Config) -> Iterator[str]:
    if config.shard is None:
        if config.shards > 1 and not config.dry_run:
            yield (
                f"shards={config.shards} is for the command line, which starts a process for each: "
                "python run.py -m ...; or choose one of them: shard=1 generate_only=true"
            )
        return
    if config.shard > config.shards:
        yield f"shard={config.shard} is more than shards={config.shards}"
    if not config.generate_only:
        yield f"shard={config.shard} answers a part of the prompts: set generate_only=true"
    if config.force:
        yield REFUSED_FORCE


def _prompt_problems(prompt: PromptConf) -> Iterator[str]:
    if prompt.is_population and prompt.wording != "own":
        yield (
            f"prompt.design={prompt.design} asks in the wordings of conf/wording, and "
            f"prompt.wording={prompt.wording} in another one: choose one of the two"
        )
    if prompt.per_item > 1 and prompt.design != SPREAD:
        yield (
            f"prompt.per_item={prompt.per_item}: only prompt.design=spread asks an item with some "
            "of the prompts"
        )
    if prompt.design == SPREAD and prompt.per_item > prompt.population:
        yield (
            f"prompt.per_item={prompt.per_item} is more than the prompt.population="
            f"{prompt.population} prompts: prompt.design=crossed asks each item with all of them"
        )


def _model_problems(model: ModelConf) -> Iterator[str]:
    if not model.repo and not model.baseline:
        yield "model.repo is not set: model=hf needs model.repo=<org>/<name> or a folder"
    elif not model.name and not is_name(model.label):
        yield (
            f"model.repo={printable(model.repo)} gives no usable name: set model.name=<name> "
            f"({RULE})"
        )
    if len(model.thought_tags) not in (0, 2):
        yield (
            f"model.thought_tags={model.thought_tags} must be two texts: the one that opens a "
            "thought and the one that closes it"
        )
    template = chat_template_setting.problem(model)
    if template:
        yield template
    if bool(model.gguf_package) != bool(model.gguf_file):
        yield "model.gguf_package and model.gguf_file belong together: set both or none"
    if model.base and model.base == model.name:
        yield f"model.base={model.base} is the model itself"
    if model.base and model.base_repo:
        yield "model.base and model.base_repo are both set: name the base by one of them"
    if model.base_repo and model.base_repo == model.repo and not model.adapter:
        yield f"model.base_repo={model.base_repo} is the model itself"


def _task_problems(task: TaskConf) -> Iterator[str]:
    prefix = f"tasks.{task.name}"
    yield from table_problems(task)
    yield from _document_problems(prefix, task)
    for metric in task.score:
        if metric not in task.metrics:
            yield (
                f"{prefix}.score names {metric!r}, which is not in {prefix}.metrics {task.metrics}"
            )
    if not task.score:
        yield f"{prefix}.score is empty: name the metrics whose mean is the task score"


def _document_problems(prefix: str, task: TaskConf) -> Iterator[str]:
    if task.documents is None:
        for name in ("order", "budget", "unanswerable"):
            if getattr(task, name) is not None:
                yield f"{prefix}.{name} is set, but {task.name} presents no documents"
        if task.repeats > 1:
            yield f"{prefix}.repeats={task.repeats}: {task.name} asks every sample the same way"
        return
    for name in ("order", "budget"):
        if getattr(task, name) is None:
            yield f"{prefix}.{name} is not set: {task.name} presents documents"
    if task.documents == "foreign" and not task.unanswerable:
        yield f"{prefix}.unanswerable is not set: without it no option is right"
