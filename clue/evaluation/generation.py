"""Prompts to completions: generates what is not stored and stores it as it finishes."""

import logging
from collections.abc import Sequence
from typing import Any

from clue.backends import Backend
from clue.backends.baseline import BaselineBackend
from clue.cell import Cell
from clue.common.plural import counted
from clue.errors import StoreError
from clue.evaluation.job import Job
from clue.evaluation.progress import Watch, watch
from clue.records import Completion, Prompt
from clue.store.completions import CellStore

log = logging.getLogger(__name__)


def complete(job: Job, cell: Cell, *, force: bool) -> list[Completion]:
    """Completions of a cell, with `force` new ones; call under the lock of its store.

    Raises:
        StoreError: the disk is full, or the backend left prompts unanswered.
    """
    if force and job.config.backend.name != "replay":  # which would have none left
        cell.store.discard()
    backend = job.backend
    if isinstance(backend, BaselineBackend):
        backend = backend.on(cell.task)
    cell.store.describe(dict(cell.generation))
    return answered(cell.store, cell.prompts, backend, watch(cell.name))


def answered(
    store: CellStore, prompts: Sequence[Prompt], backend: Backend, watch: Watch
) -> list[Completion]:
    """A completion per prompt, in their order; generates only what is not stored.

    Raises:
        StoreError: the disk is full, or the backend left prompts unanswered.
    """
    found = store.completions(repair=True)
    done = {index: found[key] for index, key in enumerate(map(_key, prompts)) if key in found}
    if len(done) < len(prompts):
        with watch(len(prompts) - len(done), len(prompts)) as tick:
            for index, completion in backend.generate(prompts, frozenset(done)):
                store.append(prompts[index], completion)
                done[index] = completion
                tick(completion)
    missing = len(prompts) - len(done)
    if missing:
        raise StoreError(
            f"{store.folder} lacks {missing} of {counted(len(prompts), 'completion')}; "
            "generate them first with the backend that made the others, or name a smaller limit"
        )
    return [done[index] for index in range(len(prompts))]


def _key(prompt: Prompt) -> Any:
    return prompt.key, prompt.sha256
