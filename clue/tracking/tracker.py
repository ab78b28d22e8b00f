"""Tracking with MLflow: a run per job, its cells as nested runs. No other module imports mlflow.

A run is FINISHED only when its records are logged. A run whose process died is closed as KILLED at
the next start and reopened by the command that continues its cell.
"""

import logging
import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from clue.errors import UNWRITABLE, Terminated, TrackingError
from clue.privacy import without_passwords
from clue.tracking.database import database_file, ensure_database, initialisation_lock
from clue.tracking.experiment import NOTE, open_experiment
from clue.tracking.formats import TAG_LIMIT, split_json, truncated
from clue.tracking.processes import HOST, is_alive, process_tags
from clue.tracking.tags import SUPERSEDED

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")

import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]
from mlflow.entities import Metric, Param, Run
from mlflow.exceptions import MlflowException

log = logging.getLogger(__name__)

for verbose in ("mlflow", "alembic", "absl"):
    logging.getLogger(verbose).setLevel(logging.WARNING)
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # tracebacks

HEALTH_SECONDS = 5.0
PARENT = "mlflow.parentRunId"
"""Tag with the id of the run above a run."""


class Tracker:
    """The experiment of the study in one tracking store."""

    def __init__(self, uri: str | None, experiment: str, mlruns: Path) -> None:
        self.uri = uri or f"sqlite:///{mlruns.resolve()}/mlflow.db"
        self.local = uri is None
        self.mlruns = mlruns.resolve()
        with self._explain_errors():
            self._check_health()
            self.experiment_id = self._open_experiment(experiment)
            self._close_stale()

    def latest(self, tag: str, value: str) -> Run | None:
        """Returns the newest run with this tag, None if there is none."""
        with self._explain_errors():
            runs = self._search(f"tags.`{tag}` = '{value}'", most=1)
        return runs[0] if runs else None

    def cells(self) -> list[Run]:
        """Returns the runs of all cells, newest first."""
        return self.search("tags.`clue.kind` = 'cell'")

    def search(self, query: str, most: int = 50_000) -> list[Run]:
        """Returns the runs that match a filter of MLflow, newest first."""
        with self._explain_errors():
            return self._search(query, most)

    def set_tag(self, run_id: str, key: str, value: str | None) -> None:
        """Set a tag of any run; None removes it."""
        with self._explain_errors():
            client = mlflow.MlflowClient(self.uri)
            if value is None:
                client.delete_tag(run_id, key)
            else:
                client.set_tag(run_id, key, value[:TAG_LIMIT])

    def supersede(self, runs: Sequence[Run], by: str | None) -> None:
        """Tag runs of the same results as replaced by one of them or by another one.

        Args:
            runs: of the same results.
            by: id of the run that is current; None: all are.
        """
        for run in runs:
            replaced = None if run.info.run_id == by else by
            if run.data.tags.get(SUPERSEDED) != replaced:
                self.set_tag(run.info.run_id, SUPERSEDED, replaced)

    def add_run(self, parent: str, row: "RunRow") -> str:
        """Write a finished run below another one, in three steps; returns its id.

        The run is FINISHED only when everything else of it is written.
        """
        tags = {**row.tags, **process_tags(), PARENT: parent, NOTE: row.note}
        with self._explain_errors():
            client = mlflow.MlflowClient(self.uri)
            run = client.create_run(self.experiment_id, tags=truncated(tags), run_name=row.name)
            now = int(time.time() * 1000)
            client.log_batch(
                run.info.run_id,
                [Metric(key, value, now, 0) for key, value in row.metrics.items()],
                [Param(key, value) for key, value in row.params.items()],
            )
            client.set_terminated(run.info.run_id, "FINISHED")
        return str(run.info.run_id)

    def delete_run(self, run_id: str) -> None:
        """Mark a run as deleted; `mlflow runs restore` reverses it."""
        with self._explain_errors():
            mlflow.MlflowClient(self.uri).delete_run(run_id)

    def read_text(self, run_id: str, name: str) -> str | None:
        """Returns a text artifact of a run; None if the run has no such file."""
        with self._explain_errors(), tempfile.TemporaryDirectory() as folder:
            client = mlflow.MlflowClient(self.uri)
            if name not in [file.path for file in client.list_artifacts(run_id)]:
                return None
            return Path(client.download_artifacts(run_id, name, folder)).read_text()

    @contextmanager
    def run(
        self, name: str, identity: tuple[str, str], tags: Mapping[str, Any], command: str
    ) -> Iterator["OpenRun"]:
        """Start a run, or reopen the unfinished one of the same identity; it ends with the block.

        Args:
            name: for people.
            identity: tag and value by which the run is found when the command is started again.
            tags: for search and for the table of runs.
            command: shown on the run's page.
        """
        newest = self.latest(*identity)
        reopened = newest.info.run_id if newest and newest.info.status != "FINISHED" else None
        note = {NOTE: f"```\n{command}\n```"}
        run_tags = {identity[0]: identity[1], **tags, **process_tags(), **note}
        with self._explain_errors():
            active = mlflow.start_run(
                run_id=reopened,
                experiment_id=self.experiment_id,
                run_name=name,
                nested=mlflow.active_run() is not None,
                tags=truncated(run_tags),  # set when it is created: it can be found at once
                log_system_metrics=False,
            )
        opened = OpenRun(active.info.run_id)
        try:
            yield opened
        except (KeyboardInterrupt, Terminated, SystemExit):  # the last is submitit's time limit
            self._try_to_end("KILLED")
            raise
        except BaseException:
            self._try_to_end("FAILED")
            raise
        self._end("FAILED" if opened.failed else "FINISHED")
        if newest and not reopened and not opened.failed:
            same = self.search(f"tags.`{identity[0]}` = '{identity[1]}'")
            self.supersede(same, by=opened.run_id)

    def log_files(self, rows: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> None:
        """Log rows as the table of records, and texts by file name, to the open run.

        Only the owner can read the files if the artifact store keeps modes.
        """
        table = '[{"path": "records.json", "type": "table"}]'
        with self._explain_errors(), tempfile.TemporaryDirectory() as folder:
            for name, text in {**texts, "records.json": split_json(rows)}.items():
                path = Path(folder) / name
                path.touch(mode=0o600)
                path.write_text(text)
            mlflow.log_artifacts(folder)
            mlflow.set_tag("mlflow.loggedArtifacts", table)

    def log_text(self, name: str, text: str) -> None:
        """Log a text as a file of the open run."""
        with self._explain_errors():
            mlflow.log_text(text, name)

    def log_folder(self, folder: Path, names: Sequence[Path]) -> None:
        """Log files of a folder to the open run; `names` are relative to the folder."""
        with self._explain_errors():
            for name in names:
                subfolder = name.parent.as_posix() if name.parts[1:] else None
                mlflow.log_artifact(str(folder / name), subfolder)

    def log_dataset(self, name: str, sha256: str, path: Path) -> None:
        """Log a data file as input of the open run; MLflow keeps 36 characters of a digest."""
        with self._explain_errors():
            source = LocalArtifactDatasetSource(str(path))
            dataset = MetaDataset(source, name, sha256[:36])  # type: ignore[abstract]
            mlflow.log_input(dataset, context="evaluation")

    def log_tags(self, tags: Mapping[str, Any]) -> None:
        """Log tags to the open run."""
        with self._explain_errors():
            mlflow.set_tags(truncated(tags))

    def log_note(self, text: str) -> None:
        """Set the text at the top of the open run's page, in Markdown."""
        self.log_tags({NOTE: text})

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log short parameters to the open run; a reopened run accepts only the same values."""
        with self._explain_errors():
            mlflow.log_params({key: value for key, value in params.items() if value is not None})

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Log numbers to the open run."""
        with self._explain_errors():
            mlflow.log_metrics({key: float(value) for key, value in metrics.items()})

    def unfinished(self, tag: str, value: str) -> bool:
        """True if the newest run of this identity did not finish."""
        newest = self.latest(tag, value)
        return newest is not None and newest.info.status != "FINISHED"

    def _end(self, status: str) -> None:
        with self._explain_errors():
            mlflow.end_run(status)

    def _try_to_end(self, status: str) -> None:
        """End a run; logs an error of the store, which must not hide the first error."""
        try:
            self._end(status)
        except TrackingError:
            log.warning("the tracking store cannot record the end of a run; the next command will")

    def _open_experiment(self, name: str) -> str:
        """Create schema and experiment, one process at a time: a new database allows only one."""
        artifacts = self.mlruns / "artifacts"
        artifacts.mkdir(parents=True, exist_ok=True)
        database = database_file(self.uri)
        with initialisation_lock(database.parent if database else self.mlruns):
            if database:
                ensure_database(database, artifacts)
            _point_mlflow_to(self.uri)
            client = mlflow.MlflowClient(self.uri)
            return open_experiment(client, name, artifacts if self.local else None)

    def _check_health(self) -> None:
        """Ask a server once, with a short timeout: mlflow itself would retry for minutes."""
        if self.uri.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{self.uri.rstrip('/')}/health", timeout=HEALTH_SECONDS):
                pass

    def _close_stale(self) -> None:
        """Close the running runs of this machine whose process is gone."""
        for run in self._search(
            f"attributes.status = 'RUNNING' AND tags.`{HOST}` = '{process_tags()[HOST]}'"
        ):
            if is_alive(run.data.tags):
                continue
            client = mlflow.MlflowClient(self.uri)
            # asked again after the death: it may have finished the run since the search
            if client.get_run(run.info.run_id).info.status == "RUNNING":
                client.set_terminated(run.info.run_id, "KILLED")
                log.info(
                    "run %s was left open by a process that is gone: closed as KILLED",
                    run.info.run_name,
                )

    def _search(self, query: str, most: int = 1000) -> list[Run]:
        return list(
            mlflow.MlflowClient(self.uri).search_runs(
                [self.experiment_id],
                query,
                max_results=most,
                order_by=["attributes.start_time DESC"],
            )
        )

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Convert an error of the store to a TrackingError: what is kept and how to continue."""
        try:
            yield
        except TrackingError:
            raise
        except Exception as error:  # mlflow, SQLAlchemy, requests and urllib share no base class
            if (
                not isinstance(error, (MlflowException, OSError, HTTPException))
                and "sqlalchemy" not in type(error).__module__
            ):
                raise
            first_line = str(error).partition("\n")[0][:300]
            if isinstance(error, OSError) and error.errno in UNWRITABLE:
                place = error.filename or (self.mlruns / "artifacts" if self.local else self.uri)
                first_line = f"cannot write to {place}: {error.strerror}"
            raise TrackingError(
                f"the tracking store {without_passwords(self.uri)} fails: {first_line}. "
                f"Completions and records stay in {self.mlruns / 'cells'}; check tracking.uri "
                "(MLFLOW_TRACKING_URI) or the disk, then run the same command again: it generates "
                "nothing twice."
            ) from error


@dataclass(frozen=True)
class RunRow:
    """A small run that is written at once, such as a row of a table."""

    name: str
    tags: Mapping[str, Any]
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    note: str
    """Text at the top of its page, in Markdown."""


@dataclass
class OpenRun:
    """A run that is open for writing."""

    run_id: str
    failed: bool = False
    """Set if a part of it failed: the run ends as FAILED."""


def _point_mlflow_to(uri: str) -> None:
    """Set the tracking URI, but not the environment variable, which the next job would read."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    if before is None:
        os.environ.pop("MLFLOW_TRACKING_URI", None)
    else:
        os.environ["MLFLOW_TRACKING_URI"] = before
