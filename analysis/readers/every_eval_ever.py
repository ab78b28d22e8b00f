"""Reader of samples of Every Eval Ever, `<uuid>_samples.jsonl` (schema 0.2 to 0.3).

A line is one sample in one evaluation; a file may contain several, each a score here. `input.raw`
is the question alone, `input.formatted` all that the model saw.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.common.plural import counted
from clue.records import sha256

FORM = "Every Eval Ever samples"
SCORE = "score"


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if a line has this format."""
    return {"evaluation_id", "sample_id"} <= entry.keys() and isinstance(
        entry.get("evaluation"), Mapping
    )


def read(request: ReadRequest, lines: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads the lines of one evaluation.

    Raises:
        ResultsError: the file has several models, or no such evaluation.
    """
    if len({entry.get("model_id") for entry in lines}) > 1:
        raise ResultsError(f"{request.path}: it has several models; write a file for each model")
    names = [_evaluation(entry) for entry in lines]
    several = len(set(names)) > 1
    score = values.choose_score(request, set(names) if several else {SCORE})
    rows: list[SampleRow] = []
    scores: list[float] = []
    errors = 0
    for number, (entry, name) in enumerate(zip(lines, names, strict=True), start=1):
        if not several or name == score:
            where = f"{request.path}, line {number}"
            rows.append(_row(entry, request, where))
            scores.append(values.number(entry["evaluation"].get(SCORE), f"{where}, {score}"))
            errors += bool(entry.get("error"))
    name = request.path.name
    answers = counted(errors, f"answer in {name} has", f"answers in {name} have")
    fact = f"{answers} an error; the score of the file counts."
    return ModelResults(
        *(request.path, FORM, score, tuple(rows), tuple(scores)),
        model=lines[0].get("model_id"),
        task=None if several else names[0],
        facts=(fact,) if errors else (),
    )


def _evaluation(entry: Mapping[str, Any]) -> str:
    return str(entry.get("evaluation_result_id") or entry.get("evaluation_name"))


def _row(entry: Mapping[str, Any], request: ReadRequest, where: str) -> SampleRow:
    asked = entry.get("input") or {}
    digests = {
        "doc text": sha256([asked.get("raw"), asked.get("choices")]),
        "target text": sha256(asked.get("reference")),
    }
    if asked.get("formatted"):
        digests["prompt text"] = sha256(asked["formatted"])
    sample_id = values.field(entry, request.sample_id or "sample_id", where, "for the id")
    epoch = (entry.get("metadata") or {}).get("epoch", 0)
    return SampleRow(
        values.identifier(sample_id, where),
        values.presentation(epoch, "epoch", where),
        values.cluster(*_place(entry, request.cluster), where) if request.cluster else None,
        digests,
        prompt=values.prompt(*_place(entry, request.prompt), where) if request.prompt else None,
    )


def _place(entry: Mapping[str, Any], field: str) -> tuple[Mapping[str, Any], str]:
    """Fields of the line or of its metadata; the prefix `metadata.` is optional."""
    metadata = entry.get("metadata") or {}
    return (metadata if field in metadata else entry), field
