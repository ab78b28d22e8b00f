"""Reader of details of lighteval, `details_<task>_<date>.parquet`, written with `--save-details`.

A row has the columns `doc`, `metric` and `model_response`, as since the summer of 2025. The prompt
is identified before the chat template, which belongs to the model: instruction, query and worked
examples.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "lighteval details"
SETTINGS = ("generation_size", "stop_sequences", "num_samples", "use_logits")


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if a row has this format."""
    return all(isinstance(entry.get(name), Mapping) for name in ("doc", "metric", "model_response"))


def read(request: ReadRequest, rows: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads all rows.

    Raises:
        ResultsError: there is no such metric, or it has not one number per sample.
    """
    score = values.choose_score(request, set().union(*(entry["metric"] for entry in rows)))
    samples: list[SampleRow] = []
    scores: list[float] = []
    for number, entry in enumerate(rows, start=1):
        where = f"{request.path}, row {number}"
        samples.append(_row(entry["doc"], request, where))
        scores.append(values.number(entry["metric"].get(score), f"{where}, {score}"))
    docs = [entry["doc"] for entry in rows]
    return ModelResults(
        *(request.path, FORM, score, tuple(samples), tuple(scores)),
        model=_model(request.path),
        task=docs[0].get("task_name") or None,
        settings={
            name: str(docs[0].get(name))
            for name in SETTINGS
            if all(doc.get(name) == docs[0].get(name) for doc in docs)
        },
    )


def _row(doc: Mapping[str, Any], request: ReadRequest, where: str) -> SampleRow:
    name = (request.sample_id or "id").removeprefix("doc.")
    cluster, prompt = (
        field.removeprefix("doc.") if field else None for field in (request.cluster, request.prompt)
    )
    examples = [_question(example) for example in doc.get("fewshot_samples") or ()]
    digests = {
        "prompt": sha256([doc.get("instruction"), _question(doc), examples]),
        "target": sha256(doc.get("gold_index")),
    }
    return SampleRow(
        values.identifier(values.field(doc, name, where, "for the id"), where),
        cluster=values.cluster(doc, cluster, where) if cluster else None,
        digests=digests,
        prompt=values.prompt(doc, prompt, where) if prompt else None,
    )


def _question(doc: Mapping[str, Any]) -> list[Any]:
    return [doc.get("query"), doc.get("choices")]


def _model(path: Path) -> str | None:
    """Name of the model in `details/<organisation>/<model>/<date>/details_*.parquet`."""
    parts = path.resolve().parts
    if "details" not in parts:
        return None
    after = len(parts) - parts[::-1].index("details")
    return "/".join(parts[after:-2]) or None
