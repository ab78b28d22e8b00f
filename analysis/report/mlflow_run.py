"""Logs the report as a separate MLflow run, with links to the runs of its cells."""

import logging
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from analysis.configuration import command
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.mlflow_cells import tag_cells
from analysis.report.mlflow_pairs import log_pairs
from analysis.report.report_marks import marks_by_model
from analysis.sentences.prompt_settings import exploratory
from analysis.settings import AnalysisConf
from clue import outgoing, privacy
from clue.marks import joined, labelled, union
from clue.records import sha256
from clue.tracking.run_note import with_marks
from clue.tracking.tags import MARKS
from clue.tracking.ui_links import run_link, view_link

if TYPE_CHECKING:
    from clue.tracking.tracker import Tracker

log = logging.getLogger(__name__)


def log_run(results: StudyResults, conf: AnalysisConf, summary: Mapping[str, Any]) -> str | None:
    """Logs the files of `conf.folder`; the same results are logged only once.

    Returns:
        Id of the run; None if the store is not tracked, or if a page with answers to credentialed
        data would go to another machine.
    """
    uri, store = conf.tracking.uri, conf.paths.store
    if uri is None and not (store / "mlflow.db").exists():
        return None
    if conf.text == "full" and not privacy.is_local(uri):
        log.warning("text=full: the report is not sent to %s, which is another machine", uri)
        return None
    files = outgoing.report_files(conf.folder, "full" if privacy.is_local(uri) else None)
    if files.withheld:
        log.warning("not sent to %s: %s", uri, ", ".join(map(str, files.withheld)))
    from clue.tracking.tracker import Tracker

    tracker = Tracker(uri, conf.tracking.experiment, store)
    identity = ("clue.analysis", sha256([summary["design_sha256"], _identities(summary)]))
    study = conf.study
    if not conf.changes:
        tag_cells(results.study, study.name, tracker)
    finished = _finished(tracker, identity)
    if finished:
        _make_current(results, study.name, tracker, finished)
        return finished
    marks = union(*marks_by_model(results, conf).values())
    tags = {
        "clue.kind": "analysis",
        "clue.study": study.name,
        "clue.comparator": study.comparator,
        MARKS: joined(marks) or None,
    }
    words, name = command(conf), labelled(f"analysis/{study.name}", marks)
    with tracker.run(name, identity, tags, words) as opened:
        tracker.log_metrics(_metrics(results))
        tracker.log_folder(conf.folder, files.passed)
        note = f"{_note(results, summary, tracker)}\n\n```\n{words}\n```"
        tracker.log_note(with_marks(marks, note))
        _make_current(results, study.name, tracker, opened.run_id)
    return opened.run_id


def _finished(tracker: "Tracker", identity: tuple[str, str]) -> str | None:
    """Returns the run of the same results; None if they were never logged completely."""
    previous = tracker.latest(*identity)
    complete = previous is not None and previous.info.status == "FINISHED"
    return str(previous.info.run_id) if previous and complete else None


def _make_current(results: StudyResults, study: str, tracker: "Tracker", analysis_id: str) -> None:
    """Writes the runs of pairs, and marks other analyses of the study as superseded."""
    log_pairs(results, study, tracker, analysis_id)
    analyses = tracker.search(f"tags.`clue.kind` = 'analysis' AND tags.`clue.study` = '{study}'")
    tracker.supersede(analyses, by=analysis_id)


def _identities(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells of a summary; an unmarked one as it was before cells had marks."""
    return [
        {name: value for name, value in cell.items() if value or name != "marks"}
        for cell in summary["cells"]
    ]


def _metrics(results: StudyResults) -> dict[str, float]:
    """Means of all pairs by level, in points."""
    setting = selectors.reported_setting(results)
    metrics = {}
    for level, pooled in setting.answers.items() if setting else ():
        population = pooled.meta.headline
        metrics[f"{level}_delta"] = pooled.meta.fixed_set.delta
        if population.refused is None:
            metrics[f"{level}_pooled"] = population.mu
            metrics[f"{level}_pooled_low"] = population.ci95.low
            metrics[f"{level}_pooled_high"] = population.ci95.high
    return metrics


def _note(results: StudyResults, summary: Mapping[str, Any], tracker: "Tracker") -> str:
    setting = selectors.reported_setting(results)
    lines = []
    if setting:
        sentences = (pooled.sentences(level) for level, pooled in setting.answers.items())
        lines = [setting.headline(setting.pooled(text)) for text in chain(*sentences)]
        if not setting.confirmatory:
            lines = [exploratory(setting.prompt), *lines]
    links = [
        f"[{cell['model']}/{cell['task']}/{cell['prompt']}]"
        f"({run_link(tracker.experiment_id, cell['run_id'])})"
        for cell in summary["cells"]
        if cell["run_id"]
    ]
    pairs = f"Differences of all pairs: [view]({view_link(tracker.experiment_id, 'pairs')})."
    return "\n\n".join(
        [
            *lines,
            "The report is report.html among the artifacts.",
            pairs,
            "Cells: " + ", ".join(links),
        ]
    )
