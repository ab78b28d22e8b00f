"""Reader of plain tables (CSV, JSON lines, Parquet): a score, `cluster`, and the fields of a key.

The key is `clue.records.SampleKey`: `sample_id`, and optionally `repeat`, `wording` and `draw`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from analysis.result_formats import listed_formats
from clue.records import SampleKey, dotted

ID, *PRESENTATION = SampleKey._fields
CLUSTER = "cluster"
DIGESTS = {
    "prompt_hash": "prompt",
    "prompt_sha256": "prompt",
    "target_hash": "target",
    "target_sha256": "target",
    "gold_hash": "target",
    "doc_hash": "doc",
}
"""Column to the kind of its digest."""
RESERVED = {*SampleKey._fields, CLUSTER, *DIGESTS}


LABELS = ("model", "task")
"""Columns that name the model and the task, if they are one text in all rows."""


def read(request: ReadRequest, table: Sequence[Mapping[str, Any]], form: str) -> ModelResults:
    """Reads the rows of a table.

    Raises:
        ResultsError: a column is missing or a value is invalid.
    """
    names = _column_names(table)
    columns = {ID: request.sample_id or ID, "repeat": request.repeat or "repeat"}
    for name in filter(None, (columns[ID], request.repeat)):
        if name not in names:
            raise ResultsError(_no_column(request, name, names))
    labels = {name: label for name in LABELS if (label := _only_text(table, name))}
    no_scores = {*RESERVED, *columns.values(), *labels, request.cluster, request.prompt}
    score = values.choose_score(request, names - no_scores, default=["score"])
    field = request.cluster or (CLUSTER if CLUSTER in names else None)
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, entry in enumerate(table, start=1):
        where = f"{request.path}, row {number}"
        rows.append(_row(entry, columns, (field, request.prompt), where))
        scores.append(values.number(_value(entry, score), f"{where}, {score}"))
    model, task = map(labels.get, LABELS)
    return ModelResults(request.path, form, score, tuple(rows), tuple(scores), model, task)


def _column_names(table: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of columns; fields within fields with dots."""
    return {name for entry in table for name, _ in dotted(entry)}


def _no_column(request: ReadRequest, name: str, names: set[str]) -> str:
    advice = "" if request.sample_id else "; name the column of the ids with --id"
    return (
        f"{request.path}: no column {name}; there are: {values.listed(names, ', ')}{advice}. "
        f"The formats that can be read: {listed_formats()}"
    )


def _only_text(table: Sequence[Mapping[str, Any]], name: str) -> str | None:
    """The text that a column has in all rows."""
    texts = {entry.get(name) if isinstance(entry.get(name), str) else None for entry in table}
    return texts.pop() or None if len(texts) == 1 else None


def _value(entry: Mapping[str, Any], name: str) -> Any:
    """Value of a column of which some rows may lack a value."""
    if name in entry or "." not in name:
        return entry.get(name)
    first, _, rest = name.partition(".")
    inner = entry.get(first)
    return _value(inner, rest) if isinstance(inner, Mapping) else None


def _row(
    entry: Mapping[str, Any],
    columns: Mapping[str, str],
    names: tuple[str | None, str | None],
    where: str,
) -> SampleRow:
    """Reads a row; the names are the columns of its cluster and of its prompt."""
    cluster, prompt = names
    digests = {kind: str(entry[name]) for name, kind in DIGESTS.items() if entry.get(name)}
    places = {name: _number_of(entry, columns.get(name, name), where) for name in PRESENTATION}
    return SampleRow(
        values.identifier(_value(entry, columns[ID]), where),
        cluster=values.cluster(entry, cluster, where) if cluster else None,
        digests=digests,
        content=digests.get("doc"),
        prompt=values.prompt(entry, prompt, where) if prompt else None,
        **places,
    )


def _number_of(entry: Mapping[str, Any], column: str, where: str) -> int:
    number = entry[column] if column in entry else _value(entry, column) or 0
    return values.presentation(number, column, where)
