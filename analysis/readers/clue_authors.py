"""`predictions.json` as the scripts of CLUE's authors write it (TIO-IKIM/CLUE, eval/eval_*.py).

In spite of its name JSON lines, one per sample in the order of the shuffled test file, without an
id: the line is the id and the reference answer proves that two lines are the same sample. Text
metrics are texts with two decimals, so a difference below 0.01 is lost in them. LongHealth's files
(`results_task_<n>.json`) hold running averages instead of scores and are refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import ResultsError
from analysis.readers import values
from analysis.readers.per_sample import Results, Row, Wanted
from clue.records import sha256

FORM = "CLUE predictions"
ANSWER = "Model Answer"
REFERENCE = "Ground Truth Answer"
RUNNING = {"correct", "prediction", "accuracy"}


def matches(entry: Mapping[str, Any]) -> bool:
    """Whether a line is one of these."""
    return REFERENCE in entry or set(entry) == RUNNING


def read(wanted: Wanted, fields: Sequence[Mapping[str, Any]]) -> Results:
    """Read all lines.

    Raises:
        ResultsError: running averages, a line without reference, or a score that is no number.
    """
    if set(fields[0]) == RUNNING:
        raise ResultsError(
            f"{wanted.path}: its `accuracy` is the running average of the lines so far, not the "
            "score of a sample; LongHealth has to be scored again from the predictions"
        )
    score = values.choose(wanted, set(fields[0]) - {ANSWER, REFERENCE})
    rows: list[Row] = []
    scores: list[float] = []
    for place, entry in enumerate(fields, start=1):
        where = f"{wanted.path}, line {place}"
        if REFERENCE not in entry:
            raise ResultsError(f"{where}: no field {REFERENCE}")
        rows.append(
            Row(
                str(place),
                cluster=values.cluster(entry, wanted.cluster, where) if wanted.cluster else None,
                digests={"target": sha256(entry[REFERENCE])},
            )
        )
        scores.append(values.number(entry.get(score), f"{where}, {score}"))
    folder = wanted.path.resolve().parent.name
    return Results(wanted.path, FORM, score, tuple(rows), tuple(scores), folder)
