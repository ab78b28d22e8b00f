"""Can this run at all? Asked before weights are loaded: a typo must not cost a night."""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clue.backends import Backend
from clue.cell import Cell
from clue.common.plural import counted
from clue.errors import PromptTooLong, StoreError
from clue.records import Prompt

log = logging.getLogger(__name__)

BYTES_PER_TOKEN = 12
"""Stored size of one generated token: about 4.5 characters, in JSON and again in the records."""
RESERVE_BYTES = 64 * 2**20
"""For the database and the artifacts of a job."""


@dataclass(frozen=True)
class Size:
    """How much a cell asks of a model, in tokens of its tokenizer."""

    samples: int
    stored: int
    prompt_tokens: int
    """Sum over all prompts."""
    longest: int
    """Of prompt plus answer budget."""
    context: int | None
    overflow: int
    """Samples that do not fit the context."""
    counted: int
    """Prompts whose tokens were counted; those of the others are estimated from their length."""


def size(cell: Cell, backend: Backend, most: int | None = None) -> Size:
    """Measure a cell without loading the model.

    Args:
        cell: its prompts.
        backend: counts tokens.
        most: count at most so many prompts, the longest half of them and an even choice of the
            rest; None = all.
    """
    counts, counted = _tokens(cell.prompts, backend, most)
    needs = [
        count + prompt.max_new_tokens for count, prompt in zip(counts, cell.prompts, strict=True)
    ]
    context = backend.context()
    stored = cell.store.completions()
    known = stored and sum((prompt.key, prompt.sha256) in stored for prompt in cell.prompts)
    return Size(
        samples=len(cell.prompts),
        stored=known or 0,
        prompt_tokens=sum(counts),
        longest=max(needs),
        context=context,
        overflow=sum(context is not None and need > context for need in needs),
        counted=counted,
    )


def _tokens(prompts: Sequence[Prompt], backend: Backend, most: int | None) -> tuple[list[int], int]:
    """Tokens of each prompt, and how many of the numbers are counted rather than estimated."""
    if most is None or len(prompts) <= most:
        return [backend.count(prompt) for prompt in prompts], len(prompts)
    lengths = [sum(len(said.content) for said in prompt.messages) for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda index: -lengths[index])
    rest = order[most // 2 :]
    chosen = order[: most // 2] + rest[:: -(-len(rest) // (most - most // 2))]
    counted = {index: backend.count(prompts[index]) for index in chosen}
    ratio = sum(counted.values()) / sum(lengths[index] for index in chosen)
    return [counted.get(i, round(length * ratio)) for i, length in enumerate(lengths)], len(chosen)


def check_fits(cell: Cell, backend: Backend) -> None:
    """Refuse a cell whose prompts do not fit: a cut prompt is another question.

    Raises:
        PromptTooLong: with the number of samples and the longest.
    """
    measured = size(cell, backend)
    task = cell.task.conf.name
    if measured.overflow:
        raise PromptTooLong(
            f"{cell.model.label} cannot hold {measured.overflow} of "
            f"{counted(measured.samples, 'prompt')} of {task}: the longest needs "
            f"{measured.longest} tokens with its answer, the context has {measured.context}. "
            "Fewer worked examples (prompt=zero_shot) or a smaller "
            f"tasks.{task}.max_new_tokens may fit; for a fair pair change both models."
        )


def check_disk(folder: Path, cells: list[Cell]) -> None:
    """Refuse a job whose completions would not fit the disk.

    Raises:
        StoreError: with bytes free and needed.
    """
    budget = sum(prompt.max_new_tokens for cell in cells for prompt in cell.prompts)
    need = RESERVE_BYTES + BYTES_PER_TOKEN * budget
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < need:
        raise StoreError(
            f"{folder} has {free / 2**20:.0f} MiB free, this job may need {need / 2**20:.0f} MiB. "
            "Make room, or name another place with paths.mlruns=<folder>."
        )
