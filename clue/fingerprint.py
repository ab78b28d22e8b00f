"""The fingerprint of a generation: everything that can change a completion.

Completions are stored under the digest of these settings, so that a change of any of them
generates anew and a change of anything else does not.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.common.names import path_inside
from clue.config import model_files
from clue.config.schema import Config
from clue.errors import ConfigError, StoreError
from clue.records import Sample
from clue.store.generations import Generation
from clue.task.protocol import protocol
from clue.task.task import Task

RULE = "baseline"
"""Backend of models that are rules, whatever the command names for the others."""


def generations_folder(config: Config, task: Task) -> Path:
    """Returns the folder of all generations of a model on a task.

    Raises:
        StoreError: a name is none, or the folder is outside of the store.
    """
    return path_inside(config.paths.store, "cells", task.conf.name, config.model.label)


def generation_settings(config: Config, task: Task, shots: tuple[Sample, ...]) -> dict[str, Any]:
    """Returns the part of a fingerprint that the backend does not add: protocol and model."""
    return {
        "protocol": protocol(task, shots),
        "model": model_files.identity(config.model),
        "decoding": config.generation.decoding(),
    }


def stored_generation(config: Config, task: Task, settings: dict[str, Any]) -> dict[str, Any]:
    """Returns the stored generation of this model, task and prompt, by any backend.

    Raises:
        StoreError: there is none.
        ConfigError: there are several.
    """
    folder = generations_folder(config, task)
    generations = [Generation(path.parent) for path in sorted(folder.glob("*/cell.json"))]
    stored = {one.fingerprint: one.settings() for one in generations if one.is_described}
    damaged = [str(one.description) for one in generations if one.fingerprint not in stored]
    fingerprint, generator = config.backend.fingerprint, config.backend.replayed
    matching = {
        name: generation
        for name, generation in stored.items()
        if {**generation, "backend": None} == {**settings, "backend": None}
        and (fingerprint is None or name.startswith(fingerprint[:16]))
        and (generator is None or generation["backend"]["name"] in (generator, RULE))
    }
    if not matching:
        raise StoreError(
            f"nothing is stored in {folder} for this model, task, prompt and data"
            f"{f' under {fingerprint}' if fingerprint else ''} ({len(stored)} other generations "
            f"are{_and_damaged(damaged)}): run it first with backend=transformers"
        )
    if len(matching) > 1:
        choices = "\n".join(f"  {name}  by {_origin(matching[name])}" for name in matching)
        raise ConfigError(
            f"several stored generations match; choose one with backend.fingerprint=...\n{choices}"
        )
    generation: dict[str, Any] = next(iter(matching.values()))
    return generation


def _and_damaged(paths: Sequence[str]) -> str:
    """Part of a message: settings that the command of their cell writes again."""
    return f"; damaged: {', '.join(paths)}, which the cell's own command repairs" if paths else ""


def _origin(generation: Mapping[str, Any]) -> str:
    backend = generation["backend"]
    return f"{backend['name']}, weights {str(backend.get('weights'))[:12]}"
