"""Logs of inspect_ai, `.json` and `.eval`.

A sample's scores lie by scorer; a scorer with several values has a field for each, named
`scorer.value` here. Letters mean what inspect_ai's `value_to_float` means by them. A sample that
ended in an error, or that a scorer left unscored (NaN), was never scored: it is missing.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import Results, Row, Wanted
from clue.records import sha256

FORM = "inspect_ai log"
LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


def matches(entry: Mapping[str, Any]) -> bool:
    """Whether the object of a file is one of these."""
    return isinstance(entry.get("eval"), dict) and "status" in entry


def read(wanted: Wanted, log: Mapping[str, Any]) -> Results:
    """Read all samples and epochs.

    Raises:
        ResultsError: the log holds no samples, or no such scorer.
    """
    samples: Sequence[Mapping[str, Any]] = log.get("samples") or ()
    if not samples:
        raise ResultsError(
            f"{wanted.path}: the log holds no samples (status: {log['status']}); it was stopped "
            "before the first, or written with log_samples=False"
        )
    tables = [dict(_scores(sample)) for sample in samples]
    score = values.choose(wanted, set().union(*tables))
    rows: list[Row] = []
    scores: list[float] = []
    for place, (sample, table) in enumerate(zip(samples, tables, strict=True), start=1):
        value = table.get(score)
        if value is not None:
            where = f"{wanted.path}, sample {place}"
            rows.append(_row(sample, wanted.cluster, where))
            scores.append(_number(value, f"{where}, {score}"))
    said = log["eval"]
    return Results(
        wanted.path,
        FORM,
        score,
        tuple(rows),
        tuple(scores),
        model=said.get("model"),
        task=said.get("task"),
        unscored=len(samples) - len(rows),
    )


def _scores(sample: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of a sample's scores; None: unscored."""
    for scorer, score in (sample.get("scores") or {}).items():
        value = score["value"] if isinstance(score, Mapping) else score
        if isinstance(value, Mapping):
            for name, part in value.items():
                yield f"{scorer}.{name}", _scored(sample, part)
        else:
            yield scorer, _scored(sample, value)


def _scored(sample: Mapping[str, Any], value: Any) -> Any:
    unscored = sample.get("error") or (isinstance(value, float) and math.isnan(value))
    return None if unscored else value


def _number(value: Any, where: str) -> float:
    if isinstance(value, str):
        value = LETTERS.get(value, WORDS.get(value.lower(), value))
    return values.number(value, where)


def _row(sample: Mapping[str, Any], field: str | None, where: str) -> Row:
    asked = _asked(sample.get("input"))
    target = sha256(sample.get("target"))
    rest = [sample.get(name) for name in ("choices", "metadata", "files", "setup")]
    return Row(
        values.identifier(sample.get("id"), where),
        values.repeat(sample.get("epoch", 1), where),
        _cluster(sample, field, where) if field else None,
        {"prompt": sha256([asked, sample.get("choices")]), "target": target},
        sha256([asked, target, rest]),
    )


def _asked(given: Any) -> Any:
    """Text of the input; messages without their ids, which are drawn anew in every run."""
    if not isinstance(given, list):
        return given
    return [[turn.get("role"), turn.get("content")] for turn in given]


def _cluster(sample: Mapping[str, Any], field: str, where: str) -> str:
    """A field of the metadata (`metadata.` may be left out), or one of the sample."""
    inside = sample.get("metadata") or {}
    if field in sample or field.startswith("metadata."):
        return values.cluster(sample, field, where)
    return values.cluster(inside, field, where)
