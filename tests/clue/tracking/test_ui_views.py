"""The experiment in MLflow's UI: views, charts, description."""

import json
from pathlib import Path

import mlflow
import pytest

from clue.tracking import ui_state
from clue.tracking.formats import TAG_LIMIT
from clue.tracking.tracker import Tracker
from clue.tracking.ui_links import view_link
from clue.tracking.ui_views import VIEWS

NOTE = "mlflow.note.content"


def experiment_tags(tracker: Tracker) -> dict[str, str]:
    client = mlflow.MlflowClient(tracker.uri)
    return dict(client.get_experiment(tracker.experiment_id).tags)


def set_tag(tracker: Tracker, key: str, value: str) -> None:
    mlflow.MlflowClient(tracker.uri).set_experiment_tag(tracker.experiment_id, key, value)


def test_a_new_experiment_has_the_views_and_a_description_that_links_to_them(
    tmp_path: Path,
) -> None:
    tracker = Tracker(None, "other", tmp_path)
    tags = experiment_tags(tracker)
    assert ui_state.view_tags().items() <= tags.items()
    first_paragraph = tags[NOTE].partition("\n\n")[0]
    for name in VIEWS:
        assert f"[{name}]({view_link(tracker.experiment_id, name)})" in first_paragraph


def test_an_older_store_gets_the_views_of_this_version(mlruns: Path) -> None:
    tracker = Tracker(None, "clue", mlruns)
    key = f"{ui_state.PREFIX}cells"
    set_tag(tracker, key, '{"searchFilter": ""}')
    assert experiment_tags(Tracker(None, "clue", mlruns))[key] == ui_state.view_tags()[key]


def test_a_description_that_a_person_changed_is_kept(mlruns: Path) -> None:
    tracker = Tracker(None, "clue", mlruns)
    own = experiment_tags(tracker)[NOTE]
    set_tag(tracker, NOTE, "Our own study.")
    assert experiment_tags(Tracker(None, "clue", mlruns))[NOTE] == "Our own study."
    mlflow.MlflowClient(tracker.uri).delete_experiment_tag(tracker.experiment_id, NOTE)
    assert experiment_tags(Tracker(None, "clue", mlruns))[NOTE] == own


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_orders_by_a_column_that_it_shows_and_fits_into_a_tag(name: str) -> None:
    tag = ui_state.view_tags()[f"{ui_state.PREFIX}{name}"]
    state = ui_state.decoded(tag)
    assert state["orderByKey"] in state["selectedColumns"]
    assert set(state["selectedColumns"]) < set(state["columnOrder"])
    assert f"tags.`clue.kind` = '{VIEWS[name].kind}'" in state["searchFilter"]
    assert len(tag) <= TAG_LIMIT
    assert json.loads(tag)["name"].startswith(f"{name}: ")


@pytest.mark.parametrize("name", VIEWS)
def test_every_chart_of_a_view_is_in_a_section(name: str) -> None:
    state = ui_state.state(VIEWS[name])
    sections = {section["uuid"] for section in state["compareRunSections"]}
    charts = state["compareRunCharts"]
    assert {chart["metricSectionId"] for chart in charts} == sections - {"rest"}
    assert len({chart["uuid"] for chart in charts}) == len(charts) > 0
