"""The study's experiment in a tracking store: created on first use, then looked up by name."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clue.errors import TrackingError
from clue.privacy import without_passwords
from clue.records import sha256
from clue.tracking import ui_state

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

log = logging.getLogger(__name__)

NOTE = "mlflow.note.content"
"""Tag with the description of an experiment, and with the text at the top of a run's page."""
NOTE_DIGEST = "clue.description_sha256"
"""Tag with the digest of the description that this project wrote."""


def open_experiment(client: "MlflowClient", name: str, artifacts: Path | None) -> str:
    """Returns the id of an experiment, which is created if it does not exist.

    Args:
        client: of the tracking store.
        name: of the experiment.
        artifacts: folder of its artifacts; None = the tracking server decides.

    Raises:
        TrackingError: the experiment is deleted; says how to restore it.
    """
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        location = artifacts.as_uri() if artifacts else None
        created = str(client.create_experiment(name, location, tags=ui_state.view_tags()))
        _update(client, created, {})
        return created
    if experiment.lifecycle_stage == "deleted":
        raise TrackingError(
            f"the experiment {name!r} is deleted in the tracking store. Restore it with "
            f"`MLFLOW_TRACKING_URI={without_passwords(client.tracking_uri)} mlflow experiments "
            f"restore --experiment-id {experiment.experiment_id}`, or choose another with "
            "tracking.experiment=<name>"
        )
    _update(client, str(experiment.experiment_id), experiment.tags)
    _warn_if_moved(experiment, artifacts)
    return str(experiment.experiment_id)


def outdated_tags(experiment_id: str, present: Mapping[str, str]) -> dict[str, str]:
    """Returns views and description of this version that differ from the present tags.

    A description that a person changed is kept: it no longer has the digest of the written one.
    """
    text = ui_state.description(experiment_id)
    tags = ui_state.view_tags()
    own = NOTE not in present or present.get(NOTE_DIGEST) == sha256(present[NOTE])
    if own:
        tags |= {NOTE: text, NOTE_DIGEST: sha256(text)}
    return {key: value for key, value in tags.items() if present.get(key) != value}


def _update(client: "MlflowClient", experiment_id: str, present: Mapping[str, str]) -> None:
    for key, value in outdated_tags(experiment_id, present).items():
        client.set_experiment_tag(experiment_id, key, value)


def _warn_if_moved(experiment: "Experiment", artifacts: Path | None) -> None:
    if artifacts and experiment.artifact_location != artifacts.as_uri():
        log.warning(
            "this store was moved: artifacts still go to its old folder %s; "
            "`python -m clue store relocate --mlruns %s` corrects this",
            experiment.artifact_location,
            artifacts.parent,
        )
