"""Completions to records: answers are read, scored and described; what was scored before stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from clue.cell import Cell
from clue.metrics import METRICS, failures
from clue.metrics import flags as flags_of
from clue.records import Completion, Record, Sample, sha256
from clue.store.records_table import tables

Pair = tuple[str | None, str]
"""An answer as it was read and the digest of its reference: a score follows from these two."""


def score(cell: Cell, completions: Sequence[Completion]) -> list[Record]:
    """Records of the cell, in the order of its samples.

    A metric whose signature is that of an earlier table computes only pairs that are new.
    """
    targets = [sha256(sample.target) for sample in cell.samples]
    scores: dict[str, list[float | None]] = {}
    known = _known(cell)
    groups = _groups(cell)
    read = {reads: _answers(cell, reads, completions) for reads in {"parse", *dict(groups)}}
    for reads, names in groups:
        pairs = list(zip(read[reads], targets, strict=True))
        scores |= _scores(cell, names, pairs, {name: known.get(name, {}) for name in names})
    answers = read["parse"]
    flags = {
        name: flag(answers, cell.scoring) for name, flag in flags_of(list(cell.signatures)).items()
    }
    records = map(_record, repeat(cell), range(len(completions)), completions, answers)
    return [
        replace(
            record,
            scores={name: scores[name][index] for name in cell.signatures},
            flags={**record.flags, **{name: flag[index] for name, flag in flags.items()}},
        )
        for index, record in enumerate(records)
    ]


def _groups(cell: Cell) -> list[tuple[str, list[str]]]:
    """Metrics that share a scorer and a reading of the answer, so that they share their work."""
    groups: dict[tuple[str, Any], list[str]] = {}
    for name in cell.signatures:
        metric = METRICS[name]
        groups.setdefault((metric.reads, metric.scorer), []).append(name)
    return [(reads, names) for (reads, _), names in groups.items()]


def _scores(
    cell: Cell,
    names: Sequence[str],
    pairs: Sequence[Pair],
    known: Mapping[str, Mapping[Pair, float | None]],
) -> dict[str, list[float | None]]:
    made = {name: dict(known[name]) for name in names}
    new = {
        pair: sample.target
        for pair, sample in zip(pairs, cell.samples, strict=True)
        if any(pair not in made[name] for name in names)
    }
    if new:
        answers = [answer for answer, _ in new]
        scorer = METRICS[names[0]].scorer
        scored = scorer.score(names, answers, list(new.values()), cell.scoring)
        for name in names:
            made[name] |= zip(new, scored[name], strict=True)
    return {name: [made[name][pair] for pair in pairs] for name in names}


def _known(cell: Cell) -> dict[str, dict[Pair, float | None]]:
    """Scores of earlier tables of the same generation, where the metric's signature is equal.

    Only of metrics on the answer that the table holds, which is the task's own reading.
    """
    known: dict[str, dict[Pair, float | None]] = {}
    for table in tables(cell.store.folder):
        for name, signature in cell.signatures.items():
            if METRICS[name].reads == "parse" and table.signatures.get(name) == signature:
                scores = ((row, row.scores[name]) for row in table.records)
                found = known.setdefault(name, {})
                found |= {(row.answer, row.target_sha256): score for row, score in scores}
    return known


def _answers(cell: Cell, reads: str, completions: Sequence[Completion]) -> list[str | None]:
    """What a function of the task's module reads from every completion."""
    read: Callable[[str, Sample], str | None] = getattr(cell.task.module, reads)
    return [read(done.text, sample) for done, sample in zip(completions, cell.samples, strict=True)]


def _record(cell: Cell, index: int, completion: Completion, answer: str | None) -> Record:
    """What is known of a sample before it is scored."""
    sample: Sample = cell.samples[index]
    happened = failures.flags(completion.text, answer, sample, cell.task.module)
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
        flags={"truncated": completion.finish_reason == "length", **happened},
        measures=failures.measures(completion.text),
    )
