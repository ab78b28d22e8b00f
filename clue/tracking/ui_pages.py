"""The pages of MLflow's UI that matter for what is in a store."""

from datetime import UTC, datetime

from clue.tracking.tracker import Tracker
from clue.tracking.ui_links import run_link, view_link
from clue.tracking.ui_views import VIEWS


def pages(tracker: Tracker) -> dict[str, str]:
    """Returns names and addresses of pages, relative to the root; the best one to begin is first.

    A view without runs is left out; the newest report comes last.
    """
    identifier = tracker.experiment_id
    kinds = {
        kind: tracker.search(f"tags.`clue.kind` = '{kind}'", most=1)
        for kind in {view.kind for view in VIEWS.values()}
    }
    addresses: dict[str, str] = {}
    for name, view in VIEWS.items():
        if kinds[view.kind]:
            addresses[name] = view_link(identifier, name)
    if "pairs" in addresses:
        addresses["charts"] = view_link(identifier, "pairs", charts=True)
    for report in tracker.search(
        "tags.`clue.kind` = 'analysis' AND attributes.status = 'FINISHED'", most=1
    ):
        day = datetime.fromtimestamp(report.info.start_time / 1000, UTC).date()
        name = f"report {report.data.tags.get('clue.study', '')} {day}"
        addresses[name] = run_link(identifier, report.info.run_id, "report.html")
    return addresses or {"runs": view_link(identifier, "cells")}
