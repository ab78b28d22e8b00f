"""The report as an MLflow run of its own, with links to the runs that it rests on."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.paired_study.results import StudyResults
from analysis.paired_study.sensitivity import PRIMARY
from analysis.report import selectors
from analysis.sentences.pooled import answer
from analysis.settings import AnalysisConf
from clue import privacy
from clue.records import sha256

if TYPE_CHECKING:
    from clue.tracking.tracker import Tracker

log = logging.getLogger(__name__)


def log_run(results: StudyResults, conf: AnalysisConf, summary: Mapping[str, Any]) -> str | None:
    """Log what `conf.folder` holds; the same results are logged once.

    Returns:
        Id of the run; None where the store is not tracked, or a page with answers to credentialed
        data would go to another machine.
    """
    uri, store = conf.tracking.uri, conf.paths.store
    if uri is None and not (store / "mlflow.db").exists():
        return None
    if conf.text == "full" and not privacy.is_local(uri):
        log.warning("text=full: the report is not sent to the tracking server, which is elsewhere")
        return None
    from clue.tracking.tracker import Tracker

    tracker = Tracker(uri, conf.tracking.experiment, store)
    identity = ("clue.analysis", sha256([summary["design_sha256"], summary["cells"]]))
    known = tracker.latest(*identity)
    if known and known.info.status == "FINISHED":
        return str(known.info.run_id)
    tags = {"clue.kind": "analysis", "clue.comparator": conf.comparator}
    command = f"python -m analysis comparator={conf.comparator}"
    with tracker.run(f"analysis/{conf.comparator}", identity, tags, command) as opened:
        tracker.log_metrics(_numbers(results))
        tracker.log_folder(conf.folder)
        note = _note(results, summary, tracker)
        tracker.log_note(f"{note}\n\n```\n{command}\n```")
    return opened.run_id


def _numbers(results: StudyResults) -> dict[str, float]:
    """The means of all pairs by level, in points."""
    setting = selectors.declared(results)
    found = {}
    for level, said in setting.answers.get(PRIMARY, {}).items() if setting else ():
        found[f"{level}_delta"] = said["fixed_set"]["mu"]
        if said["refused"] is None:
            found[f"{level}_pooled"] = said["mu"]
            found[f"{level}_pooled_low"], found[f"{level}_pooled_high"] = said["ci95"]
    return found


def _note(results: StudyResults, summary: Mapping[str, Any], tracker: "Tracker") -> str:
    setting = selectors.declared(results)
    lines = []
    for level, said in setting.answers.get(PRIMARY, {}).items() if setting else ():
        lines += answer(level, said)
    links = [
        f"[{cell['model']}/{cell['task']}/{cell['prompt']}]"
        f"(/#/experiments/{tracker.experiment_id}/runs/{cell['run_id']})"
        for cell in summary["cells"]
        if cell["run_id"]
    ]
    return "\n\n".join(
        [*lines, "Open report.html among the artifacts.", "Rests on: " + ", ".join(links)]
    )
