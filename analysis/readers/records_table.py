"""This project's own tables, `mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet`.

Their scores are metrics, or `score`: the task score, the mean of the metrics that the task names.
No text of an answer is read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.cells import CellKey, Columns, StoredCell
from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import Results, Row, Wanted
from analysis.stats.paired import Array
from clue.store.records_table import FACTS, SIGNATURES

FORM = "records of this project"
TASK_SCORE = "score"


def matches(wanted: Wanted) -> bool:
    """Whether a Parquet file is one of these."""
    try:
        return SIGNATURES in (pq.read_schema(wanted.path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read(wanted: Wanted) -> Results:
    """Read a cell's table.

    Raises:
        ResultsError: there is no such metric, or no such field to cluster by.
        StoreError: the table is damaged.
    """
    noted = pq.read_schema(wanted.path).metadata
    if wanted.cluster not in (None, "cluster"):
        raise ResultsError(
            f"{wanted.path}: no field {wanted.cluster} to cluster by; there is: cluster"
        )
    facts = json.loads(noted.get(FACTS, b"{}"))
    named = dict.fromkeys(CellKey._fields, "?") | facts  # a table of before they were noted
    cell = StoredCell(wanted.path, named, json.loads(noted[SIGNATURES]))
    columns = cell.columns
    parts = [name for name in facts.get("score", ()) if name in columns.scores]
    names = {*columns.scores, *([TASK_SCORE] if parts else [])}
    score = values.choose(wanted, names, default=[TASK_SCORE])
    used = parts if score == TASK_SCORE else [score]
    found = _mean([columns.scores[name] for name in used])
    return Results(
        path=wanted.path,
        format=FORM,
        score=score,
        rows=tuple(rows(columns)),
        scores=tuple(None if np.isnan(value) else float(value) for value in found),
        model=facts.get("model"),
        task=facts.get("task"),
        settings=_settings(facts.get("generation", {})),
        signature="; ".join(f"{name}: {cell.signatures.get(name)}" for name in used),
    )


def rows(columns: Columns) -> Iterator[Row]:
    """The answers of a cell, as any file of results has them."""
    columns_of_text = (columns.ids, columns.clusters, columns.prompts, columns.targets)
    for repeat, *texts in zip(columns.repeats.tolist(), *columns_of_text, strict=True):
        sample, cluster, prompt, target = map(str, texts)
        digests = {"prompt": prompt, "target": target}
        yield Row(sample, repeat, cluster, digests, f"{prompt}:{target}")


def _settings(generation: Mapping[str, Any]) -> dict[str, str]:
    from analysis.cells import MODEL_KEYS, flatten  # which aligns rows of this package

    own = (*MODEL_KEYS, "backend.chat")  # how a model wants its turns is the model's
    return {key: str(value) for key, value in flatten(generation) if not key.startswith(own)}


def _mean(parts: Sequence[Array]) -> Array:
    """Mean of metrics by row, each weighted so that the mean over rows is the mean of their means.

    A metric that is undefined for some rows (UMLS F1) counts more in the others.
    """
    if len(parts) == 1:
        return parts[0]
    weights = [len(part) / max(1, np.count_nonzero(~np.isnan(part))) for part in parts]
    weighted = [weight * np.nan_to_num(part) for weight, part in zip(weights, parts, strict=True)]
    return np.asarray(np.mean(weighted, axis=0), dtype=float)
