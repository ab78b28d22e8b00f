import json
from pathlib import Path

import mlflow

from clue import views
from clue.tracking import Tracker


def test_a_new_experiment_has_the_views(tmp_path: Path) -> None:
    tracker = Tracker(None, "other", tmp_path)
    found = mlflow.MlflowClient(tracker.uri).get_experiment(tracker.experiment_id).tags
    assert views.tags().items() <= found.items()


def test_a_view_orders_by_a_column_that_it_shows() -> None:
    for name in views.VIEWS:
        state = json.loads(views.tags()[f"{views.PREFIX}{name}"])
        assert state["orderByKey"] in state["selectedColumns"]
        assert "clue.kind" in state["searchFilter"]
