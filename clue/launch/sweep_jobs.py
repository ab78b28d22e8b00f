"""The jobs of a command before they start: their models, prompt settings and tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig

from clue.config import model_files
from clue.config.schema import checkpoint_label
from clue.errors import ClueError
from clue.launch.ray_settings import TARGET
from clue.store.shards import Shard
from clue.task import task_files


def single(config: DictConfig) -> list[dict[str, Any]]:
    """Returns the only job of a command that is no sweep."""
    return [_job(0, config, {})]


def swept(config: DictConfig) -> list[dict[str, Any]]:
    """Returns the jobs of a sweep, as Hydra numbers them; nothing is composed.

    Price: names that an override of a job changes in another way than by its file (`model.name=`)
    are seen only when the job has started.
    """
    loader = GlobalHydra.instance().config_loader()
    words = list(config.hydra.overrides.task)
    overrides = OverridesParser.create(config_loader=loader).parse_overrides(words)
    batches = BasicSweeper.split_arguments(overrides, None)
    values = [_values(words) for batch in batches for words in batch]
    return [_job(number, config, chosen) for number, chosen in enumerate(values)]


def at_once(config: DictConfig, jobs: int) -> int:
    """Returns the number of jobs that the launcher runs at the same time, at most."""
    launcher = config.hydra.launcher
    limit = launcher.get("n_jobs") or launcher.get("array_parallelism")
    if limit is None:
        queued = "submitit" in launcher._target_ or launcher._target_ == TARGET
        return jobs if queued else 1
    return jobs if limit < 0 else min(int(limit), max(jobs, 1))


def prompt_label(prompt: str, shard: int | str | None, shards: int) -> str:
    """Returns the name of a prompt setting, with the job's part of its prompts.

    >>> prompt_label("paper", 2, 4)
    'paper, shard 2 of 4'
    """
    return f"{prompt}, {Shard(int(shard), shards)}" if shard else prompt


def timed_size(parameters: float | None, backend: str) -> float | None:
    """Returns the size of a model by which times scale; None if the backend loads no model."""
    return None if backend == "replay" else parameters


def _values(words: Sequence[str]) -> dict[str, str]:
    return {key: value for key, _, value in (word.partition("=") for word in words)}


def _job(number: int, config: DictConfig, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The job as `sweep.json` has it: values of the base configuration, unless it has its own."""
    model = config.model
    label = model.name or (checkpoint_label(model.repo, model.adapter) if model.repo else "")
    parameters = model.parameters
    if "model" in chosen and chosen["model"] != "hf":
        label, parameters = chosen["model"], _parameters(chosen["model"])
    tasks = list(config.tasks)
    if "task" in chosen:
        names = [name.strip("'\" ") for name in chosen["task"].strip("[]'\"").split(",")]
        tasks = [task for name in names for task in task_files.expanded(name)]
    shard = chosen.get("shard", config.shard)
    prompt = prompt_label(chosen.get("prompt", config.prompt.name), shard, config.shards)
    return {
        **{"number": number, "model": label, "prompt": prompt},
        **{"tasks": tasks, "parameters": timed_size(parameters, config.backend.name)},
    }


def _parameters(name: str) -> float | None:
    try:
        return model_files.load(name).parameters
    except ClueError:  # the job reports it
        return None
