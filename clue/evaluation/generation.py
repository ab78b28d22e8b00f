"""Generation of a cell's completions; stores each one as it finishes."""

import logging
from collections.abc import Sequence

from clue.backends import Backend
from clue.cell import Cell
from clue.common.plural import counted
from clue.errors import ModelError, StoreError
from clue.evaluation.job import Job
from clue.evaluation.progress import CellProgress
from clue.records import Completion, Prompt
from clue.store import plausible
from clue.store.completions import CellStore
from clue.store.format import declare_format
from clue.store.records_table import tables

log = logging.getLogger(__name__)

MAX_LISTED = 10
"""Most prompts that an error names."""


def complete_cell(job: Job, cell: Cell, *, force: bool) -> list[Completion]:
    """Returns the completions of a cell; the caller has the lock of its store.

    Args:
        job: the job.
        cell: one of its cells.
        force: generate again what is stored.

    Raises:
        StoreError: the disk is full, the backend left prompts unanswered, or a newer version has
            taken over the store since the job began.
    """
    declare_format(job.mlruns)
    backend = job.backend.bind(cell.task)
    if force and not backend.replays:  # a replay would have nothing to return
        cell.store.discard()
    cell.store.describe(dict(cell.generation))
    if cell.store.shard is None:
        cell.store.lines.merge()
    if not force:
        _restore(cell)
    progress = job.progress.cells[cell.task.conf.name]
    return complete_prompts(cell.store, cell.prompts, backend, progress)


def _restore(cell: Cell) -> None:
    """Store the answers of an imported table as completions: an archive has no others.

    Changed readers read them again, and nothing is generated. A table with masked answers is left
    out.
    """
    if cell.store.completions():
        return
    answers = {
        (record.key, record.prompt_sha256): record.completion
        for table in tables(cell.store.folder)
        if table.has_answers
        for record in table.records
    }
    for prompt in cell.prompts:
        if (prompt.key, prompt.sha256) in answers:
            cell.store.append(prompt, answers[prompt.key, prompt.sha256])


def complete_prompts(
    store: CellStore, prompts: Sequence[Prompt], backend: Backend, progress: CellProgress
) -> list[Completion]:
    """Returns a completion per prompt, in their order; generates only what is not stored.

    An answer that no model gives is an error of its prompt alone: the others are stored.

    Raises:
        StoreError: the disk is full, or the backend left prompts unanswered.
        ModelError: answers were refused; names the prompts, and quotes no text.
    """
    stored = store.completions(repair=True)
    keys = [(prompt.key, prompt.sha256) for prompt in prompts]
    done = {index: stored[key] for index, key in enumerate(keys) if key in stored}
    refused: list[tuple[str, str]] = []  # draws of one prompt have one name
    if done and len(done) < len(prompts):
        counts = len(done), len(prompts), len(prompts) - len(done)
        log.info("%s: %d of %d completions are stored, %d to go", progress.name, *counts)
    if len(done) < len(prompts):
        with progress.generating(len(prompts) - len(done), prompts):
            for index, completion in backend.generate(prompts, frozenset(done)):
                prompt = prompts[index]
                budget = prompt.max_new_tokens if backend.counts_tokens else None
                fault = plausible.fault(completion, budget, prompt.thought_tokens)
                if fault:
                    refused.append((prompt.name, fault))
                    continue
                store.append(prompt, completion)
                done[index] = completion
                progress.add(completion)
    if refused:
        raise ModelError(_refusals(refused, len(prompts)))
    missing = len(prompts) - len(done)
    if missing:
        raise StoreError(
            f"{store.folder} lacks {missing} of {counted(len(prompts), 'completion')}; generate "
            "them first with the backend that generated the others, or set a smaller limit"
        )
    return [done[index] for index in range(len(prompts))]


def _refusals(refused: Sequence[tuple[str, str]], count: int) -> str:
    lines = [f"{len(refused)} of {counted(count, 'answer')} cannot be and were not stored:"]
    lines += [f"  {name}: {fault}" for name, fault in refused[:MAX_LISTED]]
    if len(refused) > MAX_LISTED:
        lines.append(f"  and {len(refused) - MAX_LISTED} more")
    lines.append("The other answers are kept; the same command asks for these again.")
    return "\n".join(lines)
