"""Checks before weights are loaded: prompts fit the context, completions fit the disk."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clue.backends import Backend
from clue.cell import Cell
from clue.common.plural import counted
from clue.errors import PromptTooLong, StoreError
from clue.records import Prompt

BYTES_PER_TOKEN = 12
"""Stored size of one generated token: about 4.5 characters, in JSON and again in the records."""
RESERVE_BYTES = 64 * 2**20
"""Space for the database and the artifacts of a job."""


@dataclass(frozen=True)
class CellSize:
    """Size of a cell in tokens of the model's tokenizer."""

    samples: int
    stored: int
    prompt_tokens: int
    """Sum over all prompts; `once`: those of several draws count once."""
    longest: int
    """Tokens of the longest prompt with its budgets of thought and answer."""
    context: int | None
    overflow: int
    """Samples that exceed the context."""
    counted: int
    """Prompts whose tokens were counted; the others are estimated from their length."""


def measure(
    cell: Cell, backend: Backend, most: int | None = None, *, once: bool = False
) -> CellSize:
    """Measure a cell without loading the model.

    Args:
        cell: the cell.
        backend: counts tokens.
        most: count at most this many prompts, half of them the longest and half an even selection
            of the rest; None = all.
        once: a prompt is read once for all of its draws.
    """
    counts, count = _tokens(cell.prompts, backend, most)
    needs = [
        tokens + backend.room(prompt) for tokens, prompt in zip(counts, cell.prompts, strict=True)
    ]
    context = backend.context()
    stored = cell.store.completions()
    keys = [(prompt.key, prompt.sha256) for prompt in cell.prompts] if stored else []
    return CellSize(
        samples=len(cell.prompts),
        stored=sum(key in stored for key in keys),
        prompt_tokens=sum(
            tokens
            for tokens, prompt in zip(counts, cell.prompts, strict=True)
            if not (once and prompt.draw)
        ),
        longest=max(needs),
        context=context,
        overflow=sum(context is not None and need > context for need in needs),
        counted=count,
    )


def _tokens(prompts: Sequence[Prompt], backend: Backend, most: int | None) -> tuple[list[int], int]:
    """Returns the tokens of each prompt, and how many prompts were counted, not estimated."""
    if most is None or len(prompts) <= most:
        return [backend.count(prompt) for prompt in prompts], len(prompts)
    lengths = [sum(len(message.content) for message in prompt.messages) for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda index: -lengths[index])
    rest = order[most // 2 :]
    chosen = order[: most // 2] + rest[:: -(-len(rest) // (most - most // 2))]
    counts = {index: backend.count(prompts[index]) for index in chosen}
    ratio = sum(counts.values()) / sum(lengths[index] for index in chosen)
    return [counts.get(i, round(length * ratio)) for i, length in enumerate(lengths)], len(chosen)


def check_fits(cell: Cell, backend: Backend) -> CellSize:
    """Refuse a cell whose prompts exceed the context: a truncated prompt is another question.

    Returns:
        Size of a cell that fits.

    Raises:
        PromptTooLong: with the number of samples and the longest.
    """
    size = measure(cell, backend)
    task = cell.task.conf.name
    if size.overflow:
        raise PromptTooLong(
            f"{size.overflow} of {counted(size.samples, 'prompt')} of {task} exceed the context of "
            f"{cell.model.label}: the longest needs {size.longest} tokens with its answer, the "
            f"context has {size.context}. Fewer worked examples (prompt=zero_shot) or a smaller "
            f"tasks.{task}.max_new_tokens or thinking.budget may fit; for a fair pair change both "
            "models."
        )
    return size


def check_disk(folder: Path, cells: list[Cell], backend: Backend) -> None:
    """Refuse a job whose completions may exceed the free space of the disk.

    Args:
        folder: the store.
        cells: of the job.
        backend: knows the most tokens of an answer.

    Raises:
        StoreError: with bytes free and needed.
    """
    budget = sum(backend.room(prompt) for cell in cells for prompt in cell.prompts)
    need = RESERVE_BYTES + BYTES_PER_TOKEN * budget
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < need:
        raise StoreError(
            f"{folder} has {free / 2**20:.0f} MiB free, this job may need {need / 2**20:.0f} MiB. "
            "Free some space, or choose another folder with paths.mlruns=<folder>."
        )
