"""Reader of `predictions.json` of the scripts of CLUE's authors (TIO-IKIM/CLUE, eval/eval_*.py).

In spite of its name the file is JSON lines: one line per sample in the order of the shuffled test
file, without an id. The line number is the id, and the reference answer proves that two lines are
the same sample. Text metrics are texts with two decimals, so a difference below 0.01 is lost.
LongHealth's files (`results_task_<n>.json`) contain running averages instead of scores and are
refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import ModelResults, ReadRequest, SampleRow
from clue.records import sha256

FORM = "CLUE predictions"
ANSWER = "Model Answer"
REFERENCE = "Ground Truth Answer"
RUNNING = {"correct", "prediction", "accuracy"}


def matches(entry: Mapping[str, Any]) -> bool:
    """Tests if a line has this format."""
    return REFERENCE in entry or set(entry) == RUNNING


def read(request: ReadRequest, lines: Sequence[Mapping[str, Any]]) -> ModelResults:
    """Reads all lines.

    Raises:
        ResultsError: the scores are running averages, a line has no reference, or a score is no
            number.
    """
    if set(lines[0]) == RUNNING:
        raise ResultsError(
            f"{request.path}: its `accuracy` is the running average of the lines so far, not the "
            "score of a sample; LongHealth has to be scored again from the predictions"
        )
    score = values.choose_score(request, set(lines[0]) - {ANSWER, REFERENCE})
    rows: list[SampleRow] = []
    scores: list[float] = []
    for number, entry in enumerate(lines, start=1):
        where = f"{request.path}, line {number}"
        if REFERENCE not in entry:
            raise ResultsError(f"{where}: no field {REFERENCE}")
        name = request.sample_id
        line_id = values.field(entry, name, where, "for the id") if name else number
        rows.append(
            SampleRow(
                values.identifier(line_id, where),
                cluster=values.cluster(entry, request.cluster, where) if request.cluster else None,
                digests={"target": sha256(entry[REFERENCE])},
                prompt=values.prompt(entry, request.prompt, where) if request.prompt else None,
            )
        )
        scores.append(values.number(entry.get(score), f"{where}, {score}"))
    folder = request.path.resolve().parent.name
    return ModelResults(request.path, FORM, score, tuple(rows), tuple(scores), folder)
