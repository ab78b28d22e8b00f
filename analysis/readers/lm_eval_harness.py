"""Reader of sample logs of lm-evaluation-harness, `samples_<task>_<date>.jsonl` (`--log_samples`).

A log has one line per document and filter, with a field for each metric. Versions 0.4.0 to 0.4.13
are supported. Logs of older versions have no digests; their texts verify the pairing instead: the
context of the first request is what later versions digest as `prompt_hash`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.lm_eval_requests import filter_names, generation_settings, prompt_digest
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
    names = filter_names(lines, request.path)
    filters: dict[str, set[str]] = {}
    for entry, name in zip(lines, names, strict=True):
        for metric in entry.get("metrics", entry.keys() - NO_METRICS):
            filters.setdefault(metric, set()).add(name)
    score = _choose_score(request, filters)
    metric, _, filter_name = score.partition(",")
    filter_name = filter_name or next(iter(filters[metric]))
    rows: list[SampleRow] = []
    scores: list[float] = []
    used: list[Mapping[str, Any]] = []
    for number, (entry, name) in enumerate(zip(lines, names, strict=True), start=1):
        if name == filter_name:
            where = f"{request.path}, line {number}"
            rows.append(_row(entry, request, where))
            scores.append(values.number(entry.get(metric), f"{where}, {metric}"))
            used.append(entry)
    model, task = _model_and_task(request.path)
    return ModelResults(
        *(request.path, FORM, score, tuple(rows), tuple(scores), model, task),
        settings=generation_settings(lines),
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
    if request.filter_name is not None:
        return _score_of_filter(request, request.filter_name, filters)
    scores: set[str] = set()
    for metric, names in filters.items():
        scores |= {f"{metric},{name}" for name in names} if len(names) > 1 else {metric}
    if request.score is not None and request.score not in scores:
        metric, _, filter_name = request.score.partition(",")
        if filter_name and filters.get(metric) == {filter_name}:
            return request.score
    names = set().union(*filters.values())
    asked = request.score is None or request.score.partition(",")[0] in filters
    if asked and request.score not in scores and len(names) > 1:
        raise ResultsError(
            f"{request.path}: the log has {len(names)} filters{_unnamed(names)}; choose one with "
            f"--filter ({', '.join(sorted(names))}) or with the score; there are: "
            f"{values.listed(scores)}"
        )
    return values.choose_score(request, scores)


def _unnamed(names: set[str]) -> str:
    numbered = all(name.isdecimal() for name in names)
    return ", without their names but in the order of the task file" if numbered else ""


def _score_of_filter(
    request: ReadRequest, filter_name: str, filters: Mapping[str, set[str]]
) -> str:
    metrics = {metric for metric, names in filters.items() if filter_name in names}
    if not metrics:
        names = values.listed(set().union(*filters.values()), ", ")
        raise ResultsError(f"{request.path}: no filter {filter_name}; there are: {names}")
    metric = (request.score or "").removesuffix(f",{filter_name}") or None
    metric = values.choose_score(replace(request, score=metric), metrics)
    return metric if len(filters[metric]) == 1 else f"{metric},{filter_name}"


def _model_and_task(path: Path) -> tuple[str | None, str | None]:
    """Parses `<model>/samples_<task>_<date>.jsonl`, the path that the harness writes to."""
    match = re.fullmatch(r"samples_(.+)_\d{4}-\d\d-\d\dT[\d.-]+", path.stem)
    return (path.resolve().parent.name, match.group(1)) if match else (None, None)


def _row(entry: Mapping[str, Any], request: ReadRequest, where: str) -> SampleRow:
    prompt = prompt_digest(entry)
    digests = {"prompt": prompt} if prompt else {}
    for kind in ("doc", "target"):
        if entry.get(f"{kind}_hash"):
            digests[kind] = str(entry[f"{kind}_hash"])
        elif kind in entry:
            digests[f"{kind} text"] = sha256(entry[kind])
    return SampleRow(
        _identifier(entry, request.sample_id, where),
        cluster=values.cluster(*_place(entry, request.cluster), where) if request.cluster else None,
        digests=digests,
        content=digests.get("doc", digests.get("doc text")),
        prompt=values.prompt(*_place(entry, request.prompt), where) if request.prompt else None,
    )


def _identifier(entry: Mapping[str, Any], field: str | None, where: str) -> str:
    value = values.field(*_place(entry, field), where, "for the id") if field else entry["doc_id"]
    return values.identifier(value, where)


def _place(entry: Mapping[str, Any], field: str) -> tuple[Mapping[str, Any], str]:
    """Fields of the line or of its document; the prefix `doc.` is optional."""
    doc = entry.get("doc")
    if not isinstance(doc, Mapping) or field.startswith("doc.") or field in entry.keys() - doc:
        return entry, field
    return doc, field
