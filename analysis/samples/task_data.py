"""Data of one task in a page: columns of numbers, and texts that are stored once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from analysis.names import display_name
from analysis.paired_study.pairs import MatchedCells
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.shown_items import has_answers, shown_names, shows_ids, shows_texts
from analysis.samples.answer_rows import AnswerRows, ModelRows, answer_rows
from analysis.samples.blind_order import item_digest, tuned_is_first
from analysis.samples.prompt_texts import AskedSamples, verified
from analysis.samples.shared_texts import NONE, SharedTexts, Turn
from analysis.samples.stored_answers import StoredAnswer, stored_answers
from analysis.stats.paired import Array
from clue.common.plural import counted
from clue.outgoing import Shown
from clue.records import SampleKey

METRIC_DECIMALS = 2
"""Decimals of a metric, in points; the task score, of which means are computed, has all."""
NO_SAMPLES = AskedSamples({})


@dataclass
class TaskTexts:
    """Texts of the rows of a task, as numbers of shared texts."""

    shared: SharedTexts = field(default_factory=SharedTexts)
    prompts: list[list[Turn]] = field(default_factory=list)
    prompt_of_row: list[int] = field(default_factory=list)
    """Index in `prompts`, shape (n,)."""
    targets: list[int] = field(default_factory=list)
    """Reference of each row, shape (n,)."""
    base: dict[str, list[int]] = field(default_factory=dict)
    """Answer, thought and reading of each row, shape (n,) each."""
    tuned: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def task_data(aligned: AlignedPair, shown: Shown, asked: AskedSamples) -> dict[str, Any]:
    """Returns the data of a task as JSON values.

    Args:
        aligned: the pair on the task; it has a task score.
        shown: `AnalysisConf.shown_answers`.
        asked: samples and prompts; they are used only if texts may be shown.

    Raises:
        StoreError: a table is damaged.
    """
    match, rows = aligned.match, answer_rows(aligned)
    texts = _texts(match, rows, asked) if shows_texts(match, shown) else _no_texts(match, rows)
    order = _order(match, rows, shown)
    flags = sorted(rows.base.flags.keys() | rows.tuned.flags.keys())
    return {
        "task": match.task,
        "title": display_name(match.task),
        "marks": list(match.marks),
        "graded": rows.is_graded,
        "score": list(aligned.score),
        "metrics": list(rows.base.metrics),
        "flags": flags,
        "notes": [*texts.notes, *_left_out(aligned)],
        "hasTexts": shows_texts(match, shown),
        "texts": texts.shared.texts,
        "prompts": texts.prompts,
        **_items(match, rows, shown, order),
        "rows": {
            "presentation": _presentations(rows, order),
            "place": [_place(rows.keys[row]) for row in order],
            **_taken({"prompt": texts.prompt_of_row, "target": texts.targets}, order),
        },
        "base": _side(rows.base, flags, order) | _taken(texts.base, order),
        "tuned": _side(rows.tuned, flags, order) | _taken(texts.tuned, order),
        "labels": _labels(match, rows, order),
    }


def _order(match: MatchedCells, rows: AnswerRows, shown: Shown) -> list[int]:
    """Rows by the shown name of their item: the order of hidden ids says something of them."""
    names = shown_names(match, shown)
    return sorted(range(len(rows.keys)), key=lambda row: (names[rows.keys[row][0]], row))


def _items(
    match: MatchedCells, rows: AnswerRows, shown: Shown, order: Sequence[int]
) -> dict[str, Any]:
    """Names and clusters of items, and the item of each row, by number."""
    names = shown_names(match, shown)
    ids = list(dict.fromkeys(rows.keys[row].sample_id for row in order))
    number = {name: index for index, name in enumerate(ids)}
    clusters = list(dict.fromkeys(rows.clusters[name] for name in ids))
    code = {name: index for index, name in enumerate(clusters)}
    is_shown = shows_ids(match, shown)
    return {
        "clusters": clusters if is_shown else [f"cluster {index + 1}" for index in code.values()],
        "items": {
            "name": [names[name] for name in ids],
            "cluster": [code[rows.clusters[name]] for name in ids],
        },
        "item": [number[rows.keys[row].sample_id] for row in order],
    }


def _presentations(rows: AnswerRows, order: Sequence[int]) -> list[int]:
    """Number of the item, repeat and wording of each row: draws of one have the same."""
    numbers: dict[SampleKey, int] = {}
    prompts = (rows.keys[row]._replace(draw=0) for row in order)
    return [numbers.setdefault(prompt, len(numbers)) for prompt in prompts]


def _place(key: SampleKey) -> str:
    """Presentation and draw of a row for people; empty for the first of all."""
    numbers = {"presentation": key.repeat, "wording": key.wording, "draw": key.draw}
    return ", ".join(f"{name} {number + 1}" for name, number in numbers.items() if number)


def _side(rows: ModelRows, flags: Sequence[str], order: Sequence[int]) -> dict[str, Any]:
    bits = sum(
        (
            rows.flags[name].astype(int) << bit
            for bit, name in enumerate(flags)
            if name in rows.flags
        ),
        np.zeros(len(order), dtype=int),
    )
    return {
        "score": _numbers(rows.score[order]),
        "metrics": {
            name: _numbers(values[order].round(METRIC_DECIMALS))
            for name, values in rows.metrics.items()
        },
        "flags": bits[order].tolist(),
        "hasAnswer": rows.has_answer[order].astype(int).tolist(),
    }


def _numbers(values: Array) -> list[float | None]:
    """JSON numbers, whole ones without decimals; null for nan."""
    return [
        None if np.isnan(value) else int(value) if value == int(value) else value
        for value in values.tolist()
    ]


def _taken(columns: Mapping[str, list[int]], order: Sequence[int]) -> dict[str, list[int]]:
    return {name: [values[row] for row in order] for name, values in columns.items()}


def _texts(match: MatchedCells, rows: AnswerRows, asked: AskedSamples) -> TaskTexts:
    texts, usable = TaskTexts(), verified(asked, rows.keys, rows.prompts, rows.targets)
    texts.notes = [usable.note] if usable.note else []
    numbers: dict[str, int] = {}
    for key in rows.keys:
        one = usable.by_key.get(key)
        texts.targets.append(texts.shared.number(one.sample.target if one else None))
        if one and one.prompt.sha256 not in numbers:
            numbers[one.prompt.sha256] = len(texts.prompts)
            texts.prompts.append(texts.shared.turns(one.prompt.messages, one.sample))
        texts.prompt_of_row.append(numbers[one.prompt.sha256] if one else NONE)
    for cell, columns in ((match.base, texts.base), (match.tuned, texts.tuned)):
        answers = stored_answers(cell.path)
        columns |= _answer_numbers(texts.shared, [answers.get(key) for key in rows.keys])
    return texts


def _answer_numbers(
    shared: SharedTexts, answers: Sequence[StoredAnswer | None]
) -> dict[str, list[int]]:
    return {
        name: [shared.number(getattr(one, attribute) if one else None) for one in answers]
        for name, attribute in (("answer", "text"), ("thought", "thought"), ("reading", "reading"))
    }


def _no_texts(match: MatchedCells, rows: AnswerRows) -> TaskTexts:
    absent = [NONE] * len(rows.keys)
    columns = {"answer": absent, "thought": absent, "reading": absent}
    reason = "the analysis ran with text=none"
    if not has_answers(match):
        reason = "the tables of this store have digests of answers only"
    elif not match.is_open:
        reason = "the data are credentialed; text=full shows their texts on this machine"
    note = f"Texts are not shown: {reason}."
    return TaskTexts(
        prompt_of_row=absent, targets=absent, base=columns, tuned=columns, notes=[note]
    )


def _left_out(aligned: AlignedPair) -> Iterator[str]:
    """Notes on items that only one of the models has, and on metrics that are not compared."""
    ledger, pair = aligned.ledger, aligned.match.pair
    for samples, model in ((ledger.only_base, pair.base), (ledger.only_tuned, pair.tuned)):
        if samples:
            yield f"{counted(len(samples), 'item')} of {model} alone left out."
    if aligned.incomparable:
        yield f"Not compared: {', '.join(sorted(aligned.incomparable))}."


def _labels(match: MatchedCells, rows: AnswerRows, order: Sequence[int]) -> dict[str, list[Any]]:
    """The row of each item that people label, in the order of the items' digests.

    It is the first one to which both models have an answer. Items of equal content are numbered.
    """
    both = rows.base.has_answer & rows.tuned.has_answer
    pair, copies = match.pair, dict[str, int]()
    entries: list[tuple[str, int]] = []
    for _, members in groupby(enumerate(order), key=lambda one: rows.keys[one[1]].sample_id):
        place, row = next((one for one in members if both[one[1]]), (NONE, NONE))
        if row == NONE:
            continue
        content = f"{rows.prompts[row]}:{rows.targets[row]}"
        copies[content] = copies.get(content, 0) + 1
        words = (match.task, content, str(copies[content]))
        entries.append((item_digest(pair.tuned, pair.base, *words), place))
    entries.sort()
    return {
        "item": [digest for digest, _ in entries],
        "row": [place for _, place in entries],
        "tunedFirst": [int(tuned_is_first(digest)) for digest, _ in entries],
    }
