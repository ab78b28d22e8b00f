"""Every difference of a pair as an MLflow run of its own, below the run of the analysis.

A run is a row of the report's tables of pairs: one pair on one task or level under one prompt
setting. MLflow's table and charts compare runs, so that they compare pairs.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis.names import display_order
from analysis.paired_study.results import StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from clue.marks import joined
from clue.tracking.run_note import with_marks
from clue.tracking.tags import MARKS
from clue.tracking.ui_links import run_link

if TYPE_CHECKING:
    from clue.tracking.tracker import RunRow, Tracker

KIND = "pair"
"""Value of the tag `clue.kind`."""
ROW = "clue.row"
"""Tag that names a row within its analysis."""
FALSE_DISCOVERY = "F4"
"""Family of hypotheses whose p-values are adjusted by Benjamini and Hochberg, not by Holm."""


def log_pairs(results: StudyResults, study: str, tracker: "Tracker", analysis_id: str) -> None:
    """Writes the runs that an analysis lacks; those of earlier analyses become superseded.

    Args:
        results: of the analysis.
        study: its name.
        tracker: the tracking store.
        analysis_id: run of the analysis, below which the runs of its pairs are.
    """
    runs = tracker.search(f"tags.`clue.kind` = '{KIND}' AND tags.`clue.study` = '{study}'")
    own = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == analysis_id]
    for run in own:
        if run.info.status != "FINISHED":  # its process was killed
            tracker.delete_run(run.info.run_id)
    present = {run.data.tags[ROW] for run in own if run.info.status == "FINISHED"}
    link = run_link(tracker.experiment_id, analysis_id, "report.html")
    # MLflow lists the newest run of a task first
    for row in reversed(list(pair_rows(results))):
        run_row = _run_row(row, study, link)
        if run_row.tags[ROW] not in present:
            tracker.add_run(analysis_id, run_row)
    tracker.supersede(own, by=None)
    tracker.supersede([run for run in runs if run not in own], by=analysis_id)


def pair_rows(results: StudyResults) -> Iterator[ResultRow]:
    """Yields the rows of the report's tables of pairs, of every prompt setting, by task."""
    for setting in results.settings:
        rows = selectors.primary_rows(setting, "task", "level")
        yield from sorted(rows, key=lambda row: (display_order(row.key.task), row.key.pair))


def metrics(row: ResultRow) -> dict[str, float]:
    """Returns the numbers of a row, unrounded, in points; undefined and infinite ones are left out.

    `p_holm` is the adjusted p of the primary test, `p_bh` if the row is exploratory.
    """
    comparison, judgement = row.comparison, row.judgement
    p_name = "p_bh" if judgement.tests == FALSE_DISCOVERY else "p_holm"
    numbers = {
        "base_score": comparison.mean_base,
        "tuned_score": comparison.mean_tuned,
        "delta": comparison.delta,
        "low": comparison.interval.low if comparison.interval else None,
        "high": comparison.interval.high if comparison.interval else None,
        p_name: judgement.p_adjusted,
        "margin": comparison.margin,
        "n": comparison.n,
        "n_clusters": comparison.n_clusters,
    }
    return {
        name: float(number)
        for name, number in numbers.items()
        if number is not None and math.isfinite(number)
    }


def _run_row(row: ResultRow, study: str, report: str) -> "RunRow":
    from clue.tracking.tracker import RunRow

    key = row.key
    names = {"task": key.task, "model": key.tuned, "base": key.base, "prompt": key.prompt}
    note = f"{row.judgement.sentence}\n\n[Report]({report})"
    return RunRow(
        name=f"{key.task}/{key.tuned}/{key.prompt}",
        tags=_tags(row, study),
        params=names,
        metrics=metrics(row),
        note=with_marks(row.marks, note),
    )


def _tags(row: ResultRow, study: str) -> dict[str, Any]:
    key, judgement = row.key, row.judgement
    return {
        "clue.kind": KIND,
        ROW: "/".join((key.task, key.tuned, key.base, key.prompt)),
        "clue.study": study,
        "clue.tuned": key.tuned,
        "clue.base": key.base,
        "clue.family": key.family,
        f"clue.{key.scope}": key.task,
        "clue.prompt": key.prompt,
        "clue.verdict": judgement.verdict,
        "clue.confirmatory": str(judgement.confirmatory).lower(),
        "clue.fragile": "missing samples could undo the claim" if row.is_fragile else None,
        MARKS: joined(row.marks) or None,
    }
