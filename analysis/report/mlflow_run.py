"""Logs the report as a separate MLflow run, with links to the runs of its cells."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.configuration import command
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.sentences.pooled import answer
from analysis.settings import AnalysisConf
from clue import privacy
from clue.records import sha256

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
    from clue.tracking.tracker import Tracker

    tracker = Tracker(uri, conf.tracking.experiment, store)
    identity = ("clue.analysis", sha256([summary["design_sha256"], summary["cells"]]))
    previous = tracker.latest(*identity)
    if previous and previous.info.status == "FINISHED":
        return str(previous.info.run_id)
    study = conf.study
    tags = {
        "clue.kind": "analysis",
        "clue.study": study.name,
        "clue.comparator": study.comparator,
    }
    words = command(conf)
    with tracker.run(f"analysis/{study.name}", identity, tags, words) as opened:
        tracker.log_metrics(_metrics(results))
        tracker.log_folder(conf.folder)
        note = _note(results, summary, tracker)
        tracker.log_note(f"{note}\n\n```\n{words}\n```")
    return opened.run_id


def _metrics(results: StudyResults) -> dict[str, float]:
    """Means of all pairs by level, in points."""
    setting = selectors.reported_setting(results)
    metrics = {}
    for level, pooled in setting.answers.items() if setting else ():
        population = pooled.meta.random_effects
        metrics[f"{level}_delta"] = pooled.meta.fixed_set.delta
        if population.refused is None:
            metrics[f"{level}_pooled"] = population.mu
            metrics[f"{level}_pooled_low"] = population.ci95.low
            metrics[f"{level}_pooled_high"] = population.ci95.high
    return metrics


def _note(results: StudyResults, summary: Mapping[str, Any], tracker: "Tracker") -> str:
    setting = selectors.reported_setting(results)
    lines = []
    for level, pooled in setting.answers.items() if setting else ():
        lines += answer(level, pooled.meta)
    links = [
        f"[{cell['model']}/{cell['task']}/{cell['prompt']}]"
        f"(/#/experiments/{tracker.experiment_id}/runs/{cell['run_id']})"
        for cell in summary["cells"]
        if cell["run_id"]
    ]
    return "\n\n".join(
        [*lines, "The report is report.html among the artifacts.", "Cells: " + ", ".join(links)]
    )
