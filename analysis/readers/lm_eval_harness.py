"""Sample logs of lm-evaluation-harness, `samples_<task>_<date>.jsonl` (`--log_samples`).

One line per document and filter; a metric's value lies under its own name. Known as written by
versions 0.4.0 to 0.4.13; the digests came later, older logs are proved by their texts instead.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import Results, Row, Wanted
from clue.records import sha256

FORM = "lm-evaluation-harness samples"
KNOWN = {
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "filtered_resps",
    "filter",
    "metrics",
    "doc_hash",
    "prompt_hash",
    "target_hash",
}
"""What is no metric, in logs that do not list theirs."""


def matches(entry: Mapping[str, Any]) -> bool:
    """Whether a line is one of these."""
    return "doc_id" in entry and ("filtered_resps" in entry or "resps" in entry)


def read(wanted: Wanted, fields: Sequence[Mapping[str, Any]]) -> Results:
    """Read the lines of one filter.

    Raises:
        ResultsError: the metric or the filter is not there, or not one number per sample.
    """
    filters: dict[str, set[str]] = {}
    for entry in fields:
        for metric in entry.get("metrics", entry.keys() - KNOWN):
            filters.setdefault(metric, set()).add(str(entry.get("filter", "none")))
    score = _chosen(wanted, filters)
    metric, _, chosen = score.partition(",")
    chosen = chosen or next(iter(filters[metric]))
    rows: list[Row] = []
    scores: list[float] = []
    for place, entry in enumerate(fields, start=1):
        if str(entry.get("filter", "none")) == chosen:
            where = f"{wanted.path}, line {place}"
            rows.append(_row(entry, wanted.cluster, where))
            scores.append(values.number(entry.get(metric), f"{where}, {metric}"))
    model, task = _named(wanted.path)
    return Results(wanted.path, FORM, score, tuple(rows), tuple(scores), model, task)


def _chosen(wanted: Wanted, filters: Mapping[str, set[str]]) -> str:
    """`metric`, or `metric,filter` as the harness writes it where a metric has several filters."""
    names: set[str] = set()
    for metric, found in filters.items():
        names |= {f"{metric},{name}" for name in found} if len(found) > 1 else {metric}
    if wanted.score is not None and wanted.score not in names:
        metric, _, chosen = wanted.score.partition(",")
        if chosen and filters.get(metric) == {chosen}:
            return wanted.score
    return values.choose(wanted, names)


def _named(path: Path) -> tuple[str | None, str | None]:
    """Model and task: the harness writes `<model>/samples_<task>_<date>.jsonl`."""
    found = re.fullmatch(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d.-]+", path.stem)
    return (path.resolve().parent.name, found.group(1)) if found else (None, None)


def _row(entry: Mapping[str, Any], field: str | None, where: str) -> Row:
    doc = entry.get("doc")
    digests = {}
    for kind in ("doc", "prompt", "target"):
        if entry.get(f"{kind}_hash"):
            digests[kind] = str(entry[f"{kind}_hash"])
        elif kind in entry:
            digests[f"{kind} text"] = sha256(entry[kind])
    return Row(
        values.identifier(entry["doc_id"], where),
        cluster=_cluster(entry, doc, field, where) if field else None,
        digests=digests,
        content=digests.get("doc", digests.get("doc text")),
    )


def _cluster(entry: Mapping[str, Any], doc: Any, field: str, where: str) -> str:
    """A field of the document; `doc.` before it may be left out."""
    if not isinstance(doc, Mapping):
        raise ResultsError(f"{where}: it holds no document with fields to cluster by")
    inside = field.removeprefix("doc.") if field not in doc else field
    return values.cluster(doc, inside, where)
