"""Reader of plain tables (CSV, JSON lines, Parquet): a score, `cluster`, and the fields of a key.

The key is `clue.records.SampleKey`: `sample_id`, and optionally `repeat`, `wording` and `draw`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.records import SampleKey

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


def read(request: ReadRequest, table: Sequence[Mapping[str, Any]], form: str) -> ModelResults:
    """Reads the rows of a table.

    Raises:
        ResultsError: a column is missing or a value is invalid.
    """
    names = _column_names(table)
    if ID not in names:
        listed = ", ".join(sorted(names)) or "none"
        raise ResultsError(f"{request.path}: no column {ID}; there are: {listed}")
    cluster_column = {request.cluster} if request.cluster else set()
    score = values.choose_score(request, names - RESERVED - cluster_column, default=["score"])
    field = request.cluster or (CLUSTER if CLUSTER in names else None)
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, entry in enumerate(table, start=1):
        where = f"{request.path}, row {number}"
        rows.append(_row(entry, field, where))
        scores.append(values.number(entry.get(score), f"{where}, {score}"))
    return ModelResults(request.path, form, score, tuple(rows), tuple(scores))


def _column_names(table: Iterable[Mapping[str, Any]]) -> set[str]:
    return set().union(*(entry.keys() for entry in table))


def _row(entry: Mapping[str, Any], field: str | None, where: str) -> SampleRow:
    digests = {kind: str(entry[name]) for name, kind in DIGESTS.items() if entry.get(name)}
    return SampleRow(
        values.identifier(entry.get(ID), where),
        cluster=values.cluster(entry, field, where) if field else None,
        digests=digests,
        content=digests.get("doc"),
        **{name: values.presentation(entry.get(name, 0), name, where) for name in PRESENTATION},
    )
