"""The study's experiment in a tracking store: created on first use, then looked up by name."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from clue.errors import TrackingError
from clue.privacy import without_passwords
from clue.tracking import ui_views

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

log = logging.getLogger(__name__)


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
        return str(client.create_experiment(name, location, tags=ui_views.tags()))
    if experiment.lifecycle_stage == "deleted":
        raise TrackingError(
            f"the experiment {name!r} is deleted in the tracking store. Restore it with "
            f"`MLFLOW_TRACKING_URI={without_passwords(client.tracking_uri)} mlflow experiments "
            f"restore --experiment-id {experiment.experiment_id}`, or choose another with "
            "tracking.experiment=<name>"
        )
    for key in ui_views.tags().keys() - experiment.tags.keys():  # created by another program
        client.set_experiment_tag(experiment.experiment_id, key, ui_views.tags()[key])
    _warn_if_moved(experiment, artifacts)
    return str(experiment.experiment_id)


def _warn_if_moved(experiment: "Experiment", artifacts: Path | None) -> None:
    if artifacts and experiment.artifact_location != artifacts.as_uri():
        log.warning(
            "this store was moved: artifacts still go to its old folder %s; "
            "`python -m clue store relocate --mlruns %s` corrects this",
            experiment.artifact_location,
            artifacts.parent,
        )
