"""Reader of tables that `inspect_ai.analysis.samples_df` wrote: a row per sample and epoch.

Its `sample_id` is a random id of the run; the sample is `id`, the repeat `epoch`. The columns of
scores begin with `score_`. An empty score was never given (an error, or an unscored answer).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "inspect_ai samples_df"
SCORE, METADATA = "score_", "metadata_"


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if a row has this format."""
    return {"sample_id", "eval_id", "id", "epoch"} <= entry.keys()


def read(request: ReadRequest, table: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads all rows.

    Raises:
        ResultsError: the table has several evaluations, or no such score or column.
    """
    if len({str(entry.get("eval_id")) for entry in table}) > 1:
        raise ResultsError(
            f"{request.path}: it has several evaluations (eval_id); write a table for each model"
        )
    names = set().union(*(entry.keys() for entry in table))
    columns = {name for name in names if name.startswith(SCORE)}
    if request.score is not None and f"{SCORE}{request.score}" in columns:
        score = f"{SCORE}{request.score}"
    else:
        score = values.choose_score(
            request, columns | {name for name in names if name == request.score}
        )
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, entry in enumerate(table, start=1):
        value = entry.get(score)
        if value is not None and value != "":
            where = f"{request.path}, row {number}"
            rows.append(_row(entry, request, where))
            scores.append(values.number(value, f"{where}, {score}"))
    return ModelResults(
        *(request.path, FORM, score, tuple(rows), tuple(scores)),
        model=str(table[0].get("model") or "") or None,
        task=str(table[0].get("task_name") or "") or None,
        unscored=len(table) - len(rows),
    )


def _row(entry: Mapping[str, Any], request: ReadRequest, where: str) -> SampleRow:
    cluster, prompt = (_column(entry, field) for field in (request.cluster, request.prompt))
    name = request.sample_id or "id"
    return SampleRow(
        values.identifier(values.field(entry, name, where, "for the id"), where),
        values.presentation(entry.get(request.repeat or "epoch"), "epoch", where),
        values.cluster(entry, cluster, where) if cluster else None,
        {
            "prompt text": sha256([entry.get("input"), entry.get("choices")]),
            "target text": sha256(entry.get("target")),
        },
        prompt=values.prompt(entry, prompt, where) if prompt else None,
    )


def _column(entry: Mapping[str, Any], field: str | None) -> str | None:
    """Column of a field; the prefix of the metadata's columns is optional."""
    if field and field not in entry and f"{METADATA}{field}" in entry:
        return f"{METADATA}{field}"
    return field
