"""Log-probabilities of the options of a cell: computed after its answers, stored as they come."""

from collections.abc import Collection

from clue.cell import Cell
from clue.choice_scoring import in_order, line_key
from clue.common.meter import METER
from clue.common.plural import counted
from clue.errors import StoreError
from clue.evaluation.job import Job
from clue.store.likelihoods import Likelihoods, LikelihoodStore


def complete_likelihoods(job: Job, cell: Cell, *, force: bool) -> list[Likelihoods]:
    """Returns the options' log-probabilities of each sample; empty if they are not scored.

    Computes only what is not stored. The caller has the lock of the cell's store.

    Args:
        job: the job.
        cell: one of its cells.
        force: compute again what is stored.

    Raises:
        StoreError: the disk is full, or the backend left prompts out.
        ModelError: memory does not suffice, or a server did not answer.
    """
    if not cell.options:
        return []
    store = LikelihoodStore(cell.store.folder, cell.store.shard)
    if force and not job.backend.replays:
        store.lines.discard()
    if cell.store.shard is None:
        store.lines.merge()
    stored = store.likelihoods(repair=True)
    keys = [line_key(*pair) for pair in zip(cell.prompts, cell.options, strict=True)]
    done = {index: stored[key] for index, key in enumerate(keys) if key in stored}
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    if len(done) < len(keys):
        _compute(job, cell, store, done, set(range(len(keys))) - set(first.values()))
    done |= {index: done[first[key]] for index, key in enumerate(keys) if first[key] in done}
    missing = len(keys) - len(done)
    if missing:
        raise StoreError(
            f"{store.lines.path} lacks the log-probabilities of {counted(missing, 'prompt')}; run "
            "the same command again, or set scoring.choice=false"
        )
    return [in_order(list(cell.options[index]), done[index]) for index in range(len(keys))]


def _compute(
    job: Job,
    cell: Cell,
    store: LikelihoodStore,
    done: dict[int, Likelihoods],
    further_draws: Collection[int],
) -> None:
    """Computes and stores what is missing, and adds it to `done`.

    Args:
        job: the job.
        cell: one of its cells.
        store: of the values.
        done: values by index of the prompt.
        further_draws: indices that need no value, since the first draw of the prompt gets it.
    """
    backend = job.backend.bind(cell.task)
    texts = [list(options.values()) for options in cell.options]
    try:
        others = {*done, *further_draws}
        new = len(texts) - len(others)
        with METER.doing("likelihoods of options") as activity:
            computed = backend.loglikelihood(cell.prompts, texts, frozenset(others))
            for number, (index, scored) in enumerate(computed, start=1):
                prompt, options = cell.prompts[index], cell.options[index]
                likelihoods = dict(zip(options, scored, strict=True))
                store.append(prompt, line_key(prompt, options)[2], likelihoods)
                done[index] = likelihoods
                activity.name = f"likelihoods of options {number}/{new}"
    finally:
        store.lines.sync()
