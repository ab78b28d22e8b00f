"""Views of the experiment in MLflow's UI: selection of runs, columns and order.

They are tags of the experiment, set when it is created, and open with
`#/experiments/<id>/runs?viewStateShareKey=<name>`; docs/mlflow.md shows them. MLflow's own sharing
writes tags of this kind.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "mlflow.sharedViewState."
KIND = {"mlflow.experimentKind": "custom_model_development"}
"""Makes MLflow open the experiment with its runs, not with the pages for chat applications."""


@dataclass(frozen=True)
class UiView:
    """A table of runs in the UI."""

    kind: str
    """Runs in the table: `job` or `cell`, the tag `clue.kind`."""
    params: Sequence[str] = ()
    metrics: Sequence[str] = ()
    tags: Sequence[str] = ()


VIEWS = {
    "cells": UiView(
        "cell",
        params=("task", "model", "prompt"),
        metrics=("score", "score_low", "score_high", "n", "n_clusters"),
        tags=("clue.marks",),
    ),
    "levels": UiView(
        "job",
        metrics=(
            *("overall_score", "level1_score", "level2_score", "longhealth_score"),
            "open_score",
        ),
        tags=("clue.model", "clue.base", "clue.domain", "clue.prompt", "clue.marks"),
    ),
    "failures": UiView(
        "cell",
        params=("task", "model"),
        metrics=(
            *("unparsed_percent", "empty_percent", "truncated_percent", "looped_percent"),
            *("hallucinated_percent", "icd_counting_percent", "format_followed_percent"),
            *("header_unread_percent", "sentence_unread_percent"),
        ),
        tags=("clue.marks",),
    ),
    "cost": UiView(
        "cell",
        params=("task", "model", "backend", "dtype"),
        metrics=("generation_seconds", "new_tokens_per_second", "all_tokens_per_second"),
    ),
}


def tags() -> dict[str, str]:
    """Returns the tags of an experiment with these views."""
    return KIND | {f"{PREFIX}{name}": json.dumps(_state(view)) for name, view in VIEWS.items()}


def _state(view: UiView) -> dict[str, object]:
    """Returns the state of MLflow's run table."""
    selected = {"params": view.params, "metrics": view.metrics, "tags": view.tags}
    columns = [f"{kind}.`{name}`" for kind, names in selected.items() for name in names]
    return {
        "searchFilter": f"tags.`clue.kind` = '{view.kind}'",
        "orderByKey": columns[0],
        "orderByAsc": view.kind == "cell",
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
    }
