"""Reader of logs of inspect_ai, `.json` and `.eval`.

A sample has one score per scorer; each value of a scorer with several values is a score named
`scorer.value`. Letters are converted as by inspect_ai's `value_to_float`. A sample that ended in an
error (unless the run scored these too, `score_on_error`), that a scorer left unscored (NaN), or
that was invalidated later, is missing. The header lists the ids that the run was to answer.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import AnswerFacts, ModelResults, ReadRequest, SampleRow
from clue.common.plural import counted
from clue.records import dotted, sha256

FORM = "inspect_ai log"
ID = "for the id"
ATTACHMENT = "attachment://"
"""Begins a text that stands elsewhere in the sample."""
STOPPED = {
    "cancelled": "was cancelled",
    "error": "ended with an error",
    "started": "did not end",
}
"""Status of an evaluation that may lack samples, in words."""
LONGEST = 60
"""Characters of a setting that are shown."""


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
    valid = [sample for sample in samples if not sample.get("invalidation")]
    tables = [dict(_scores(sample, log)) for sample in valid]
    score = values.choose_score(request, set().union(*tables))
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, sample in enumerate(samples, start=1):
        value = dict(_scores(sample, log)).get(score)
        if value is not None and not sample.get("invalidation"):
            where = f"{request.path}, sample {number}"
            rows.append(_row(sample, request, where))
            scores.append(values.number(value, f"{where}, {score}"))
    header = log["eval"]
    return ModelResults(
        request.path,
        FORM,
        score,
        tuple(rows),
        tuple(scores),
        model=header.get("model"),
        task=header.get("task"),
        settings=_settings(log),
        unscored=len(valid) - len(rows),
        facts=tuple(_facts(request, log, rows)),
        planned=() if request.sample_id else tuple(_planned(log)),
        answers=AnswerFacts.of_texts([text for sample in valid for text in _texts(sample)]),
    )


def _planned(log: Mapping[str, Any]) -> Iterator[str]:
    """Yields the ids of the samples that the run was to answer, also if it stopped early."""
    for sample in (log["eval"].get("dataset") or {}).get("sample_ids") or ():
        yield values.identifier(sample, "sample_ids")


def _facts(
    request: ReadRequest, log: Mapping[str, Any], rows: Sequence[SampleRow]
) -> Iterator[str]:
    name, status, planned = request.path.name, log["status"], len([*_planned(log)])
    if status in STOPPED:
        scored = len({row.sample_id for row in rows})
        samples = f"{scored} of {planned} samples are" if planned else f"{scored} samples are"
        yield f"The evaluation in {name} {STOPPED[status]}: {samples} scored."
    invalidated = sum(bool(sample.get("invalidation")) for sample in log["samples"])
    if invalidated:
        answers = counted(invalidated, "answer is", "answers are")
        yield f"{answers} marked as invalid in {name} and left out."


def _settings(log: Mapping[str, Any]) -> dict[str, str]:
    """Settings of the generation, and the solvers, whose templates make the prompt."""
    header, plan = log["eval"], log.get("plan") or {}
    settings = {**(plan.get("config") or {}), **(header.get("model_generate_config") or {})}
    steps = [step for step in plan.get("steps") or () if isinstance(step, Mapping)]
    settings["solvers"] = ", ".join(str(step.get("solver")) for step in steps)
    for step in steps:
        settings[str(step.get("solver"))] = step.get("params") or {}
    shown = {key: value for key, value in dotted(settings) if value not in (None, "")}
    return {key: str(value)[:LONGEST] for key, value in shown.items()}


def _texts(sample: Mapping[str, Any]) -> Iterator[str]:
    """Yields the answer of a sample, if there is one."""
    output = sample.get("output")
    if isinstance(output, Mapping) and isinstance(output.get("completion"), str):
        yield output["completion"]


def _scores(sample: Mapping[str, Any], log: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields names and values of a sample's scores; None: unscored."""
    scores = sample.get("scores") or {}
    if sample.get("score") is not None:  # a single one without a name, until April 2024
        scores = {_scorer(log): sample["score"]}
    in_error = sample.get("error") and not (log["eval"].get("config") or {}).get("score_on_error")
    for scorer, score in scores.items():
        value = score["value"] if isinstance(score, Mapping) else score
        parts = value.items() if isinstance(value, Mapping) else [(None, value)]
        for name, part in parts:
            unscored = in_error or (isinstance(part, float) and math.isnan(part))
            yield f"{scorer}.{name}" if name else scorer, None if unscored else part


def _scorer(log: Mapping[str, Any]) -> str:
    """Name of the scorer of a log whose samples do not name it."""
    results = log.get("results") or {}
    scorers = [results.get("scorer"), *(results.get("scores") or ())]
    return next((str(one["name"]) for one in scorers if isinstance(one, Mapping)), "score")


def _row(sample: Mapping[str, Any], request: ReadRequest, where: str) -> SampleRow:
    prompt = _resolved(_without_message_ids(sample.get("input")), sample.get("attachments") or {})
    target = sha256(sample.get("target"))
    rest = [sample.get(name) for name in ("choices", "metadata", "files", "setup")]
    return SampleRow(
        values.identifier(_field(sample, request.sample_id or "id", where, ID), where),
        values.presentation(sample.get("epoch", 1), "epoch", where),
        _cluster(sample, request.cluster, where) if request.cluster else None,
        {"prompt": sha256([prompt, sample.get("choices")]), "target": target},
        sha256([prompt, target, rest]),
        prompt=values.prompt(*_place(sample, request.prompt), where) if request.prompt else None,
    )


def _without_message_ids(prompt: Any) -> Any:
    """Removes the ids of messages from an input; they are random in every run."""
    if not isinstance(prompt, list):
        return prompt
    return [[turn.get("role"), turn.get("content")] for turn in prompt]


def _resolved(value: Any, attachments: Mapping[str, str]) -> Any:
    """The value with the texts that it refers to in place of the references."""
    if isinstance(value, str) and value.startswith(ATTACHMENT):
        return attachments.get(value.removeprefix(ATTACHMENT), value)
    if isinstance(value, Mapping):
        return {key: _resolved(part, attachments) for key, part in value.items()}
    return [_resolved(part, attachments) for part in value] if isinstance(value, list) else value


def _cluster(sample: Mapping[str, Any], field: str, where: str) -> str:
    return values.cluster(*_place(sample, field), where)


def _field(sample: Mapping[str, Any], field: str, where: str, purpose: str) -> Any:
    return values.field(*_place(sample, field), where, purpose)


def _place(sample: Mapping[str, Any], field: str) -> tuple[Mapping[str, Any], str]:
    """Fields of the sample or of its metadata; the prefix `metadata.` is optional."""
    if field in sample or field.startswith("metadata."):
        return sample, field
    return sample.get("metadata") or {}, field
