"""Tables of anybody: CSV, JSON lines, Parquet with `sample_id`, a score, `cluster`, `repeat`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import Results, Row, Wanted

ID = "sample_id"
CLUSTER = "cluster"
REPEAT = "repeat"
DIGESTS = {
    "prompt_hash": "prompt",
    "prompt_sha256": "prompt",
    "target_hash": "target",
    "target_sha256": "target",
    "gold_hash": "target",
    "doc_hash": "doc",
}
"""Column to what it is the digest of."""
RESERVED = {ID, CLUSTER, REPEAT, *DIGESTS}


def read(wanted: Wanted, fields: Sequence[Mapping[str, Any]], form: str) -> Results:
    """Read a table's rows.

    Raises:
        ResultsError: a column is missing or a value is not what it must be.
    """
    names = _names(fields)
    if ID not in names:
        listed = ", ".join(sorted(names)) or "none"
        raise ResultsError(f"{wanted.path}: no column {ID}; there are: {listed}")
    grouped = {wanted.cluster} if wanted.cluster else set()
    score = values.choose(wanted, names - RESERVED - grouped, default=["score"])
    field = wanted.cluster or (CLUSTER if CLUSTER in names else None)
    found = [_row(entry, field, f"{wanted.path}, row {n}") for n, entry in enumerate(fields, 1)]
    scores = [
        values.number(entry.get(score), f"{wanted.path}, row {place}, {score}")
        for place, entry in enumerate(fields, start=1)
    ]
    return Results(wanted.path, form, score, tuple(found), tuple(scores))


def _names(fields: Iterable[Mapping[str, Any]]) -> set[str]:
    return set().union(*(entry.keys() for entry in fields))


def _row(entry: Mapping[str, Any], field: str | None, where: str) -> Row:
    digests = {kind: str(entry[name]) for name, kind in DIGESTS.items() if entry.get(name)}
    return Row(
        values.identifier(entry.get(ID), where),
        values.repeat(entry.get(REPEAT, 0), where),
        values.cluster(entry, field, where) if field else None,
        digests,
        digests.get("doc"),
    )
