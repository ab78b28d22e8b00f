"""Reader of `results/<model>/<dataset>.json` of OpenCompass, written with `--dump-eval-details`.

`details` is a list with an entry per example (`example_abbr`; each field a list over repeats), or
an object with an entry per number. Files in `predictions/` have the answers without scores.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "OpenCompass details"
SCORES = ("correct", "is_correct", "cascade_correct")
"""Fields that OpenCompass itself reads as right or wrong (icl_base_evaluator.py)."""
TYPE = "type"
"""Key of the object that is no number of an example."""


def matches(content: Mapping[str, Any]) -> bool:
    """Tests if the object of a file has this format, or is a file of predictions."""
    return isinstance(content.get("details"), (list, Mapping)) or _are_predictions(content)


def read(request: ReadRequest, content: Mapping[str, Any]) -> ModelResults:
    """Reads all examples and repeats.

    Raises:
        ResultsError: the file has no scores, or no such score.
    """
    if _are_predictions(content):
        raise ResultsError(
            f"{request.path} has the predictions without scores. Evaluate again with "
            "--dump-eval-details, and give the file of the folder `results`"
        )
    if request.sample_id or request.cluster or request.prompt:
        raise ResultsError(
            f"{request.path}: it has no such field; leave out --id, --cluster and --prompt"
        )
    details = dict(_examples(content["details"], str(request.path)))
    names = {name for entry in details.values() for name in SCORES if name in entry}
    if request.score is not None and any(request.score in entry for entry in details.values()):
        names.add(request.score)
    score = values.choose_score(request, names, default=SCORES)
    rows: list[SampleRow] = []
    scores: list[float] = []
    for name, entry in details.items():
        where = f"{request.path}, example {len(rows) + 1}"
        given = entry.get(score)
        for repeat, value in enumerate(given if isinstance(given, list) else [given]):
            rows.append(SampleRow(name, repeat, digests=_digests(entry)))
            scores.append(values.number(value, f"{where}, {score}"))
    path = request.path.resolve()
    return ModelResults(
        *(request.path, FORM, score, tuple(rows), tuple(scores)),
        model=path.parent.name,
        task=path.stem,
    )


def _are_predictions(content: Mapping[str, Any]) -> bool:
    return bool(content) and all(
        key.isdecimal() and isinstance(entry, Mapping) and "prediction" in entry
        for key, entry in content.items()
    )


def _examples(
    details: list[Any] | Mapping[str, Any], path: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yields the id and the fields of each example."""
    if isinstance(details, list):
        entries = ((entry.get("example_abbr"), entry) for entry in details)
    else:
        entries = ((key, entry) for key, entry in details.items() if key != TYPE)
    for number, (name, entry) in enumerate(entries, start=1):
        yield values.identifier(name, f"{path}, example {number}"), entry


def _digests(entry: Mapping[str, Any]) -> dict[str, str]:
    references = entry.get("references", entry.get("answer"))
    digests = {} if references is None else {"target text": sha256(references)}
    if entry.get("prompt"):
        digests["prompt"] = sha256(entry["prompt"])
    return digests
