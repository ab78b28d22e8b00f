import json
from pathlib import Path

import mlflow

from clue.tracking import ui_views
from clue.tracking.tracker import Tracker


def test_a_new_experiment_has_the_views(tmp_path: Path) -> None:
    tracker = Tracker(None, "other", tmp_path)
    found = mlflow.MlflowClient(tracker.uri).get_experiment(tracker.experiment_id).tags
    assert ui_views.tags().items() <= found.items()


def test_a_view_orders_by_a_column_that_it_shows() -> None:
    for name in ui_views.VIEWS:
        state = json.loads(ui_views.tags()[f"{ui_views.PREFIX}{name}"])
        assert state["orderByKey"] in state["selectedColumns"]
        assert "clue.kind" in state["searchFilter"]
