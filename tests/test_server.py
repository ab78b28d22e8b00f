"""A shared MLflow server on PostgreSQL: `make postgres`, no part of `make test`."""

import os
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from tests import postgres
from tests.conftest import Cli

pytestmark = pytest.mark.skipif(
    "CLUE_TEST_POSTGRES" not in os.environ, reason="takes minutes and PostgreSQL: make postgres"
)

EIGHT = (
    *("smollm2_135m", "llama2_7b", "meditron7b", "biomistral7b", "aloe8b", "med42_8b"),
    *("llama3_8b", "internist7b"),
)
SWEEP = (
    *("-m", f"model={','.join(EIGHT)}", "task=[mednli,longhealth1]", "backend=fake"),
    *("hydra/launcher=joblib", "hydra.launcher.n_jobs=8"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with (
        postgres.database() as store,
        postgres.mlflow_server(store, folder / "artifacts") as address,
    ):
        yield address


def cells(server: str) -> list[mlflow.entities.Run]:
    client = mlflow.MlflowClient(server)
    experiment = client.get_experiment_by_name("clue")
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id], "tags.`clue.kind` = 'cell'"))


def test_eight_processes_lose_nothing_and_a_finished_cell_is_where_its_records_are(
    cli: Cli, server: str, tmp_path: Path
) -> None:
    tracked = f"tracking.uri={server}"
    done = cli(*SWEEP, tracked)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 done" in done.stdout
    client = mlflow.MlflowClient(server)
    found = cells(server)
    placed = sorted((run.data.tags["clue.model"], run.data.tags["clue.task"]) for run in found)
    assert placed == sorted((model, task) for model in EIGHT for task in ("longhealth1", "mednli"))
    for run in found:
        parent = client.get_run(run.data.tags["mlflow.parentRunId"])
        assert run.info.status == parent.info.status == "FINISHED"
        assert parent.data.tags["clue.model"] == run.data.tags["clue.model"]
        assert {file.path for file in client.list_artifacts(run.info.run_id)} == {
            "config.yaml",
            "records.json",
        }
    again = cli(*SWEEP, tracked)
    assert "16 skipped" in again.stdout
    elsewhere = cli(
        *(
            "model=llama2_7b",
            "task=mednli",
            "backend=fake",
            tracked,
            f"paths.mlruns={tmp_path}/other",
        )
    )
    assert "1 done" in elsewhere.stdout
    assert len(cells(server)) == 17
