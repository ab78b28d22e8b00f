"""Reader of logs of inspect_ai, `.json` and `.eval`.

A sample has one score per scorer; each value of a scorer with several values is a score named
`scorer.value`. Letters are converted as by inspect_ai's `value_to_float`. A sample that ended in an
error, or that a scorer left unscored (NaN), was never scored: it is missing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import AnswerFacts, ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "inspect_ai log"
LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if the object of a file has this format."""
    return isinstance(entry.get("eval"), dict) and "status" in entry


def read(request: ReadRequest, log: Mapping[str, Any]) -> ModelResults:
    """Reads all samples and epochs.

    Raises:
        ResultsError: the log contains no samples, or no such scorer.
    """
    samples: Sequence[Mapping[str, Any]] = log.get("samples") or ()
    if not samples:
        raise ResultsError(
            f"{request.path}: the log contains no samples (status: {log['status']}); the run was "
            "stopped before the first, or wrote its log with log_samples=False"
        )
    tables = [dict(_scores(sample)) for sample in samples]
    score = values.choose_score(request, set().union(*tables))
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, (sample, table) in enumerate(zip(samples, tables, strict=True), start=1):
        value = table.get(score)
        if value is not None:
            where = f"{request.path}, sample {number}"
            rows.append(_row(sample, request.cluster, where))
            scores.append(_number(value, f"{where}, {score}"))
    header = log["eval"]
    return ModelResults(
        request.path,
        FORM,
        score,
        tuple(rows),
        tuple(scores),
        model=header.get("model"),
        task=header.get("task"),
        unscored=len(samples) - len(rows),
        answers=AnswerFacts.of_texts([text for sample in samples for text in _texts(sample)]),
    )


def _texts(sample: Mapping[str, Any]) -> Iterator[str]:
    """Yields the answer of a sample, if there is one."""
    output = sample.get("output")
    if isinstance(output, Mapping) and isinstance(output.get("completion"), str):
        yield output["completion"]


def _scores(sample: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields names and values of a sample's scores; None: unscored."""
    for scorer, score in (sample.get("scores") or {}).items():
        value = score["value"] if isinstance(score, Mapping) else score
        if isinstance(value, Mapping):
            for name, part in value.items():
                yield f"{scorer}.{name}", _none_if_unscored(sample, part)
        else:
            yield scorer, _none_if_unscored(sample, value)


def _none_if_unscored(sample: Mapping[str, Any], value: Any) -> Any:
    unscored = sample.get("error") or (isinstance(value, float) and math.isnan(value))
    return None if unscored else value


def _number(value: Any, where: str) -> float:
    if isinstance(value, str):
        value = LETTERS.get(value, WORDS.get(value.lower(), value))
    return values.number(value, where)


def _row(sample: Mapping[str, Any], field: str | None, where: str) -> SampleRow:
    prompt = _without_message_ids(sample.get("input"))
    target = sha256(sample.get("target"))
    rest = [sample.get(name) for name in ("choices", "metadata", "files", "setup")]
    return SampleRow(
        values.identifier(sample.get("id"), where),
        values.presentation(sample.get("epoch", 1), "epoch", where),
        _cluster(sample, field, where) if field else None,
        {"prompt": sha256([prompt, sample.get("choices")]), "target": target},
        sha256([prompt, target, rest]),
    )


def _without_message_ids(prompt: Any) -> Any:
    """Removes the ids of messages from an input; they are random in every run."""
    if not isinstance(prompt, list):
        return prompt
    return [[turn.get("role"), turn.get("content")] for turn in prompt]


def _cluster(sample: Mapping[str, Any], field: str, where: str) -> str:
    """Returns a field of the sample or of its metadata; the prefix `metadata.` is optional."""
    metadata = sample.get("metadata") or {}
    if field in sample or field.startswith("metadata."):
        return values.cluster(sample, field, where)
    return values.cluster(metadata, field, where)
