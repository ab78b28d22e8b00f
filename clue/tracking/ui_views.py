"""Views of the experiment for MLflow's UI: which runs, which columns, in which order.

They are tags of the experiment, written when it is made, and open with
`#/experiments/<id>/runs?viewStateShareKey=<name>`; docs/mlflow.md shows them. MLflow's own sharing
writes tags of this kind.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "mlflow.sharedViewState."
KIND = {"mlflow.experimentKind": "custom_model_development"}
"""Opens the experiment with its runs, not with the pages for chat applications."""


@dataclass(frozen=True)
class View:
    """A table of runs."""

    kind: str
    """Runs shown: `job` or `cell`, the tag `clue.kind`."""
    params: Sequence[str] = ()
    metrics: Sequence[str] = ()
    tags: Sequence[str] = ()


VIEWS = {
    "cells": View(
        "cell",
        params=("task", "model", "prompt"),
        metrics=("score", "score_low", "score_high", "n", "n_clusters"),
    ),
    "levels": View(
        "job",
        metrics=("overall_score", "level1_score", "level2_score", "longhealth_score"),
        tags=("clue.model", "clue.base", "clue.domain", "clue.prompt"),
    ),
    "failures": View(
        "cell",
        params=("task", "model"),
        metrics=(
            *("unparsed_percent", "empty_percent", "truncated_percent", "looped_percent"),
            *("hallucinated_percent", "icd_counting_percent", "format_followed_percent"),
        ),
    ),
    "cost": View(
        "cell",
        params=("task", "model", "backend", "dtype"),
        metrics=("generation_seconds", "new_tokens_per_second", "all_tokens_per_second"),
    ),
}


def tags() -> dict[str, str]:
    """Tags of an experiment that has these views."""
    return KIND | {f"{PREFIX}{name}": json.dumps(_state(view)) for name, view in VIEWS.items()}


def _state(view: View) -> dict[str, object]:
    """The state of MLflow's run table."""
    named = {"params": view.params, "metrics": view.metrics, "tags": view.tags}
    columns = [f"{kind}.`{name}`" for kind, names in named.items() for name in names]
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
