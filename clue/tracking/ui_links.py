"""Addresses of pages of MLflow's UI, relative to its root."""

from urllib.parse import urlencode

RUNS_FIRST = {"workflowType": "machine_learning"}
"""Shows an experiment with its runs: without it, MLflow 3.10 and later begin with the traces of a
chat application."""
CHARTS = "CHART"
"""Mode of the page of runs, beside `TABLE`."""


def view_link(experiment_id: str, name: str, *, charts: bool = False) -> str:
    """Returns the page of a view, `clue.tracking.ui_views.VIEWS`.

    >>> view_link("1", "cells")
    '#/experiments/1/runs?workflowType=machine_learning&viewStateShareKey=cells'
    """
    query = {**RUNS_FIRST, "viewStateShareKey": name}
    mode = {"compareRunsMode": CHARTS} if charts else {}
    return f"#/experiments/{experiment_id}/runs?{urlencode(query | mode)}"


def run_link(experiment_id: str, run_id: str, artifact: str = "") -> str:
    """Returns the page of a run, or of one of its artifacts.

    >>> run_link("1", "abc", "report.html")
    '#/experiments/1/runs/abc/artifacts/report.html?workflowType=machine_learning'
    """
    path = f"/artifacts/{artifact}" if artifact else ""
    return f"#/experiments/{experiment_id}/runs/{run_id}{path}?{urlencode(RUNS_FIRST)}"
