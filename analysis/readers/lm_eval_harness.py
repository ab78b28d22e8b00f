"""Reader of sample logs of lm-evaluation-harness, `samples_<task>_<date>.jsonl` (`--log_samples`).

A log has one line per document and filter, with a field for each metric. Versions 0.4.0 to 0.4.13
are supported. Logs of older versions have no digests; their texts prove the pairing instead.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import AnswerFacts, ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "lm-evaluation-harness samples"
UNREAD = "[invalid]"
"""Filtered answer in which a filter of the harness found nothing (`RegexFilter`)."""
NO_METRICS = {
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
"""Fields that are no metrics, for logs that do not list their metrics."""


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if a line has this format."""
    return "doc_id" in entry and ("filtered_resps" in entry or "resps" in entry)


def read(request: ReadRequest, lines: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads the lines of one filter.

    Raises:
        ResultsError: there is no such metric or filter, or it has not one number per sample.
    """
    filters: dict[str, set[str]] = {}
    for entry in lines:
        for metric in entry.get("metrics", entry.keys() - NO_METRICS):
            filters.setdefault(metric, set()).add(str(entry.get("filter", "none")))
    score = _choose_score(request, filters)
    metric, _, filter_name = score.partition(",")
    filter_name = filter_name or next(iter(filters[metric]))
    rows: list[SampleRow] = []
    scores: list[float] = []
    used: list[Mapping[str, Any]] = []
    for number, entry in enumerate(lines, start=1):
        if str(entry.get("filter", "none")) == filter_name:
            where = f"{request.path}, line {number}"
            rows.append(_row(entry, request.cluster, where))
            scores.append(values.number(entry.get(metric), f"{where}, {metric}"))
            used.append(entry)
    model, task = _model_and_task(request.path)
    return ModelResults(
        request.path,
        FORM,
        score,
        tuple(rows),
        tuple(scores),
        model,
        task,
        answers=_answers(used),
    )


def _answers(entries: Sequence[Mapping[str, Any]]) -> AnswerFacts | None:
    """Returns the facts of generated answers; None for likelihoods of given answers."""
    texts = [text for entry in entries for text in _texts(entry.get("resps"))]
    filtered = [text for entry in entries for text in _texts([entry.get("filtered_resps")])]
    unread = 100 * filtered.count(UNREAD) / len(filtered) if filtered else None
    return AnswerFacts.of_texts(texts, unread)


def _texts(requests: Any) -> Iterator[str]:
    """Yields the texts of a document's responses, a list for each request to the model."""
    for responses in requests if isinstance(requests, list) else ():
        for response in responses if isinstance(responses, list) else [responses]:
            if isinstance(response, str):
                yield response


def _choose_score(request: ReadRequest, filters: Mapping[str, set[str]]) -> str:
    """Returns `metric`, or `metric,filter` as in the harness if a metric has several filters."""
    scores: set[str] = set()
    for metric, names in filters.items():
        scores |= {f"{metric},{name}" for name in names} if len(names) > 1 else {metric}
    if request.score is not None and request.score not in scores:
        metric, _, filter_name = request.score.partition(",")
        if filter_name and filters.get(metric) == {filter_name}:
            return request.score
    return values.choose_score(request, scores)


def _model_and_task(path: Path) -> tuple[str | None, str | None]:
    """Parses `<model>/samples_<task>_<date>.jsonl`, the path that the harness writes to."""
    match = re.fullmatch(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d.-]+", path.stem)
    return (path.resolve().parent.name, match.group(1)) if match else (None, None)


def _row(entry: Mapping[str, Any], field: str | None, where: str) -> SampleRow:
    doc = entry.get("doc")
    digests = {}
    for kind in ("doc", "prompt", "target"):
        if entry.get(f"{kind}_hash"):
            digests[kind] = str(entry[f"{kind}_hash"])
        elif kind in entry:
            digests[f"{kind} text"] = sha256(entry[kind])
    return SampleRow(
        values.identifier(entry["doc_id"], where),
        cluster=_cluster(entry, doc, field, where) if field else None,
        digests=digests,
        content=digests.get("doc", digests.get("doc text")),
    )


def _cluster(entry: Mapping[str, Any], doc: Any, field: str, where: str) -> str:
    """Returns a field of the document; the prefix `doc.` is optional."""
    if not isinstance(doc, Mapping):
        raise ResultsError(f"{where}: it has no document with fields to cluster by")
    name = field.removeprefix("doc.") if field not in doc else field
    return values.cluster(doc, name, where)
