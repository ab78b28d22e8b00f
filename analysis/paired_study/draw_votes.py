"""Votes and pass rates of one model's draws, read with the answers of its cell."""

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from analysis.cells import StoredCell
from analysis.stats.variance_components import Codes
from clue.metrics.draws import METRIC, Answer, ClosedDraws, closed_draws
from clue.records import SampleKey
from clue.store.sealed_parquet import read_columns


def closed_scores(cells: Sequence[tuple[StoredCell, Codes]]) -> ClosedDraws | None:
    """Statistics of a model's draws; of several tasks of a data set their means.

    Args:
        cells: of the tasks, each with the rows of `Columns` that count.

    Returns:
        None if a task score is not right or wrong alone, or a table has no answers.
    """
    tasks = [_of_task(cell, rows) for cell, rows in cells]
    closed = [task for task in tasks if task is not None]
    if len(closed) < len(tasks):
        return None
    return ClosedDraws(
        min(task.draws for task in closed),
        fmean(task.vote for task in closed),
        fmean(task.pass_at for task in closed),
        fmean(task.pass_all for task in closed),
        min(task.half for task in closed),
        fmean(task.majority for task in closed),
    )


def _of_task(cell: StoredCell, rows: Codes) -> ClosedDraws | None:
    scores = cell.columns.scores.get(METRIC)
    has_answers = cell.facts.get("text", "full") != "none"  # digests of answers can be counted too
    if list(cell.facts["score"]) != [METRIC] or scores is None or not has_answers:
        return None
    if not np.isin(scores[rows], (0, 1)).all():
        return None
    answers = _answers(cell)
    prompts: dict[SampleKey, tuple[list[Answer], list[float]]] = {}
    for row in rows.tolist():
        prompt = prompts.setdefault(cell.columns.keys[row]._replace(draw=0), ([], []))
        prompt[0].append(answers[row])
        prompt[1].append(float(scores[row]))
    return closed_draws(prompts.values())


def _answers(cell: StoredCell) -> list[Answer]:
    """Answers as the parser read them, in the order of `Columns`."""
    table = read_columns(cell.path, [*SampleKey._fields, "answer"])
    in_order = table.sort_by([(name, "ascending") for name in SampleKey._fields])
    answers: list[Answer] = in_order["answer"].to_pylist()
    return answers
