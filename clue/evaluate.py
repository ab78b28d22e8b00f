"""The pipeline of a cell: stored completions, the missing ones, answers, scores, records."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from statistics import fmean
from typing import Any

from clue.backends import Backend
from clue.cell import Cell
from clue.errors import StoreError
from clue.metrics import METRICS
from clue.records import Completion, Prompt, Record, Sample, sha256

log = logging.getLogger(__name__)

Tick = Callable[[Completion], None]
"""Told of every new completion."""

Watch = Callable[[int, int], AbstractContextManager[Tick]]
"""Opens a display for completions to come, given their number and that of all samples."""


def complete(cell: Cell, backend: Backend, watch: Watch) -> list[Completion]:
    """Completions of every prompt, generating only what is not stored; call under the lock.

    Raises:
        StoreError: the disk is full, or the backend left prompts unanswered.
    """
    store = cell.store
    store.describe(dict(cell.generation))
    found = store.completions(repair=True)
    done = {index: found[key] for index, key in enumerate(map(_key, cell.prompts)) if key in found}
    if len(done) < len(cell.prompts):
        with watch(len(cell.prompts) - len(done), len(cell.prompts)) as tick:
            for index, completion in backend.generate(cell.prompts, frozenset(done)):
                store.append(cell.prompts[index], completion)
                done[index] = completion
                tick(completion)
    missing = len(cell.prompts) - len(done)
    if missing:
        raise StoreError(
            f"{missing} of {len(cell.prompts)} completions of {cell.name} are not stored in "
            f"{store.folder}; "
            "generate them first with the backend that made the others, or name a smaller limit"
        )
    return [done[index] for index in range(len(cell.prompts))]


def score(cell: Cell, completions: Sequence[Completion]) -> list[Record]:
    """Records of the cell: answers parsed and scored, in the order of the samples."""
    metrics = {name: METRICS[name] for name in cell.signatures}
    targets = [sample.target for sample in cell.samples]
    readings = {
        name: _answers(cell, name, completions)
        for name in {"parse", *(metric.reads for metric in metrics.values())}
    }
    scores = {
        name: metric.score(readings[metric.reads], targets, cell.config.scoring)
        for name, metric in metrics.items()
    }
    return [
        _record(
            cell,
            index,
            completions[index],
            readings["parse"][index],
            {m: s[index] for m, s in scores.items()},
        )
        for index in range(len(cell.samples))
    ]


def summary(cell: Cell, records: Sequence[Record]) -> dict[str, float]:
    """Means of a cell: scores in points (0 to 100), flags in percent, counts.

    The same names in every cell of a task; nothing is left out of a mean.
    """
    means = {
        name: 100 * fmean(record.scores[name] for record in records) for name in cell.signatures
    }
    flags = {
        f"{name}_percent": 100 * fmean(record.flags[name] for record in records)
        for name in records[0].flags
    }
    completions = [record.completion for record in records]
    return {
        "score": fmean(means[name] for name in cell.task.conf.score),
        **means,
        **flags,
        "n": len(records),
        "n_clusters": len({record.cluster for record in records}),
        "prompt_tokens_mean": fmean(completion.prompt_tokens for completion in completions),
        "new_tokens_mean": fmean(completion.new_tokens for completion in completions),
        **_throughput(completions),
    }


def _throughput(completions: Sequence[Completion]) -> dict[str, float]:
    """Seconds and tokens per second of the whole cell, over all the runs that it took."""
    seconds = sum(completion.seconds for completion in completions)
    tokens = sum(completion.new_tokens for completion in completions)
    sent = sum(completion.prompt_tokens for completion in completions)
    return {
        "generation_seconds": seconds,
        "new_tokens_per_second": tokens / seconds if seconds else 0.0,
        "all_tokens_per_second": (tokens + sent) / seconds if seconds else 0.0,
    }


def _answers(cell: Cell, reading: str, completions: Sequence[Completion]) -> list[str | None]:
    """What a function of the task's module reads from every completion."""
    read: Callable[[str, Sample], str | None] = getattr(cell.task.module, reading)
    return [read(done.text, sample) for done, sample in zip(completions, cell.samples, strict=True)]


def _key(prompt: Prompt) -> Any:
    return prompt.key, prompt.sha256


def _record(
    cell: Cell, index: int, completion: Completion, answer: str | None, scores: Mapping[str, float]
) -> Record:
    sample: Sample = cell.samples[index]
    return Record(
        task=cell.task.conf.name,
        model=cell.model.label,
        sample_id=sample.id,
        repeat=sample.repeat,
        cluster=sample.cluster,
        prompt_sha256=cell.prompts[index].sha256,
        target_sha256=sha256(sample.target),
        completion=completion,
        answer=answer,
        scores=scores,
        flags={
            "empty": not completion.text.strip(),
            "truncated": completion.finish_reason == "length",
            "unparsed": answer is None,
        },
    )
