"""Completions to records: parse the answers, score them, describe them; reuse earlier scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Any

from clue.cell import Cell
from clue.common.meter import METER
from clue.metrics import choice, failures
from clue.metrics.references import authors_reference
from clue.metrics.registry import METRICS
from clue.metrics.registry import flags as flags_of
from clue.records import Completion, Record, Sample, sha256
from clue.store.likelihoods import Likelihoods
from clue.store.records_table import tables
from clue.task.parts import compared, free_part

AnswerAndTarget = tuple[str | None, str]
"""The part of a parsed answer that a metric compares, and that of its reference: these two
determine a score."""
ScoresByAnswer = Mapping[AnswerAndTarget, float | None]


def score(
    cell: Cell, completions: Sequence[Completion], options: Sequence[Likelihoods] = ()
) -> list[Record]:
    """Returns the records of the cell, in the order of its samples.

    If an earlier table has a metric with the same signature, only new answers are scored.

    Args:
        cell: the cell.
        completions: one per sample.
        options: log-probabilities of the options of each sample; empty if they are not scored.
    """
    scores: dict[str, list[float | None]] = {}
    earlier = _earlier_scores(cell)
    groups = _groups(cell)
    parsed = {
        reads: _likeliest(options) if reads == "likeliest" else _answers(cell, reads, completions)
        for reads in {"parse", *(reads for reads, _ in groups)}
    }
    for reads, names in groups:
        pairs = _compared(cell, names[0], parsed[reads])
        scores |= _scores(cell, names, pairs, {name: earlier.get(name, {}) for name in names})
    answers = parsed["parse"]
    texts = [None if answer is None else free_part(cell.task.module, answer) for answer in answers]
    flags = {
        name: flag(texts, cell.scoring) for name, flag in flags_of(list(cell.signatures)).items()
    }
    records = map(_record, repeat(cell), range(len(completions)), completions, answers)
    if options:
        records = map(choice.described, records, options)
    return [
        replace(
            record,
            scores={name: scores[name][index] for name in cell.signatures},
            flags={**record.flags, **{name: flag[index] for name, flag in flags.items()}},
        )
        for index, record in enumerate(records)
    ]


def _groups(cell: Cell) -> list[tuple[str, list[str]]]:
    """Groups metrics that share their work: of equal parser, scorer, part and references."""
    groups: dict[tuple[str, Any, str, Any], list[str]] = {}
    for name in cell.signatures:
        metric = METRICS[name]
        kind = (metric.parser, metric.scorer, metric.part, authors_reference(cell.task, name))
        groups.setdefault(kind, []).append(name)
    return [(reads, names) for (reads, *_), names in groups.items()]


def _references(cell: Cell, metric: str) -> list[str]:
    """Returns the reference of each sample for a metric, with all of its parts."""
    rule = authors_reference(cell.task, metric)
    return [rule(sample) if rule else sample.target for sample in cell.samples]


def _compared(cell: Cell, metric: str, answers: Sequence[str | None]) -> list[AnswerAndTarget]:
    """Returns what a metric compares: its part of each answer and of each reference."""
    return [
        _pair(cell, metric, answer, reference)
        for answer, reference in zip(answers, _references(cell, metric), strict=True)
    ]


def _pair(cell: Cell, metric: str, answer: str | None, reference: str) -> AnswerAndTarget:
    return compared(cell.task.module, METRICS[metric].part, answer, reference)


def _scores(
    cell: Cell,
    names: Sequence[str],
    pairs: Sequence[AnswerAndTarget],
    earlier: Mapping[str, ScoresByAnswer],
) -> dict[str, list[float | None]]:
    """Returns the scores of each metric of a group, in the order of the samples."""
    by_pair = {name: dict(earlier[name]) for name in names}
    new = [
        pair for pair in dict.fromkeys(pairs) if any(pair not in by_pair[name] for name in names)
    ]
    if new:
        answers, references = zip(*new, strict=True)
        scorer = METRICS[names[0]].scorer
        with METER.doing(f"scoring {', '.join(names)}"):
            new_scores = scorer.score(names, list(answers), list(references), cell.scoring)
        for name in names:
            by_pair[name] |= zip(new, new_scores[name], strict=True)
    return {name: [by_pair[name][pair] for pair in pairs] for name in names}


def _earlier_scores(cell: Cell) -> Mapping[str, ScoresByAnswer]:
    """Scores in earlier tables of the same generation, of metrics with an equal signature.

    Only of metrics that use the task's own parser: the table stores only that answer.
    """
    earlier: dict[str, dict[AnswerAndTarget, float | None]] = {}
    targets = [sha256(sample.target) for sample in cell.samples]
    for table in tables(cell.store.folder):
        for name, signature in cell.signatures.items():
            if METRICS[name].parser == "parse" and table.signatures.get(name) == signature:
                references = dict(zip(targets, _references(cell, name), strict=True))
                by_pair = earlier.setdefault(name, {})
                by_pair |= {
                    _pair(cell, name, record.answer, references[digest]): record.scores[name]
                    for record in table.records
                    if (digest := record.target_sha256) in references
                }
    return earlier


def _answers(cell: Cell, reads: str, completions: Sequence[Completion]) -> list[str | None]:
    """Parses every completion with one parser of the task's module."""
    parse: Callable[[str, Sample], str | None] = getattr(cell.task.module, reads)
    return [
        parse(completion.text, sample)
        for completion, sample in zip(completions, cell.samples, strict=True)
    ]


def _likeliest(options: Sequence[Likelihoods]) -> list[str | None]:
    return [choice.written(choice.likeliest(of_sample)) for of_sample in options]


def _record(cell: Cell, index: int, completion: Completion, answer: str | None) -> Record:
    """Returns the record of a sample before it is scored."""
    sample, prompt = cell.samples[index], cell.prompts[index]
    flags = failures.flags(completion.text, answer, sample, cell.task.module)
    return Record(
        task=cell.task.conf.name,
        model=cell.model.label,
        **prompt.key._asdict(),
        cluster=sample.cluster,
        prompt_sha256=prompt.sha256,
        target_sha256=sha256(sample.target),
        completion=completion,
        answer=answer,
        flags={
            "truncated": completion.finish_reason == "length",
            **flags,
            **failures.thought_flags(completion),
        },
        measures=failures.measures(completion.text) | failures.thought_measures(completion),
    )
