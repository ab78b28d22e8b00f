"""Reader of this project's tables, `mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet`.

A score is a metric, or `score`: the task score, the mean of the metrics that the task names. Texts
of answers are not read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.cell_columns import Columns
from analysis.cells import MODEL_KEYS, CellKey, StoredCell
from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import AnswerFacts, ModelResults, ReadRequest, SampleRow
from analysis.thinking import Thinking, thought_ends
from clue.cluster_robust import mean_over_metrics
from clue.records import dotted
from clue.store.format import check_format_around
from clue.store.records_table import SIGNATURES
from clue.store.stored_tables import read_facts

FORM = "records of this project"
TASK_SCORE = "score"
WORDING = "wording"
"""Field with the number of the prompt."""


def matches(request: ReadRequest) -> bool:
    """Tests if a Parquet file is a table of this project."""
    try:
        return SIGNATURES in (pq.read_schema(request.path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read(request: ReadRequest) -> ModelResults:
    """Reads the table of a cell.

    Raises:
        ResultsError: there is no such metric, or no such field to cluster by.
        StoreError: the table is damaged, or the format of its store is newer than this version.
    """
    check_format_around(request.path)
    if request.cluster not in (None, "cluster"):
        raise ResultsError(
            f"{request.path}: no field {request.cluster} to cluster by; there is: cluster"
        )
    if request.prompt not in (None, WORDING):
        raise ResultsError(
            f"{request.path}: no field {request.prompt} with the prompt; there is: {WORDING}"
        )
    if request.sample_id not in (None, "sample_id"):
        raise ResultsError(f"{request.path}: its id is sample_id; leave out --id")
    table = read_facts(request.path)
    facts = dict(table.facts)
    key = dict.fromkeys(CellKey._fields, "?")  # older tables have no facts
    cell = StoredCell(request.path, key | facts, table.signatures)
    columns = cell.columns
    parts = [name for name in facts.get("score", ()) if name in columns.scores]
    names = {*columns.scores, *([TASK_SCORE] if parts else [])}
    score = values.choose_score(request, names, default=[TASK_SCORE])
    used = parts if score == TASK_SCORE else [score]
    scores = columns.scores[used[0]]
    if len(used) > 1:
        metrics = np.stack([columns.scores[name] for name in used], axis=1)
        scores = mean_over_metrics(metrics, [1 / len(used)] * len(used))
    return ModelResults(
        path=request.path,
        format=FORM,
        score=score,
        rows=tuple(_with_prompt(row, request.prompt) for row in sample_rows(columns)),
        scores=tuple(None if np.isnan(value) else float(value) for value in scores),
        model=facts.get("model"),
        task=facts.get("task"),
        marks=cell.marks,
        settings=_settings(facts.get("generation", {})),
        signature="; ".join(f"{name}: {cell.signatures.get(name)}" for name in used),
        answers=answer_facts(cell),
    )


def answer_facts(cell: StoredCell) -> AnswerFacts:
    """Returns what the answers of a cell show besides their scores."""
    chat = cell.facts.get("generation", {}).get("backend", {}).get("chat")
    return AnswerFacts(
        len(cell.columns.keys),
        cell.flag_percent("unparsed"),
        cell.flag_percent("empty"),
        cell.distinct_answers,
        cell.thoughts_alone,
        chat.get("layout") if isinstance(chat, Mapping) else None,
        Thinking.of(cell.facts),
        thought_ends(cell),
    )


def sample_rows(columns: Columns) -> Iterator[SampleRow]:
    """Yields the answers of a cell in the form that all readers share."""
    text_columns = (columns.clusters, columns.prompts, columns.targets)
    for key, *texts in zip(columns.keys, *text_columns, strict=True):
        cluster, prompt, target = map(str, texts)
        yield SampleRow(
            **key._asdict(),
            cluster=cluster,
            digests={"prompt": prompt, "target": target},
            content=f"{prompt}:{target}",
        )


def _with_prompt(row: SampleRow, field: str | None) -> SampleRow:
    return row if field is None else replace(row, prompt=str(row.wording))


def _settings(generation: Mapping[str, Any]) -> dict[str, str]:
    of_model = (*MODEL_KEYS, "backend.chat")  # the chat template belongs to the model
    return {key: str(value) for key, value in dotted(generation) if not key.startswith(of_model)}
