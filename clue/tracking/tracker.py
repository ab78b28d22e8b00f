"""MLflow: a run per job, below it a run per cell. The only module that imports mlflow.

A run is FINISHED only when its records are logged; a run whose process died is closed as KILLED at
the next start and reopened by the command that goes on with its cell.
"""

import fcntl
import json
import logging
import os
import socket
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil

from clue.errors import Terminated, TrackingError
from clue.privacy import without_passwords
from clue.tracking import ui_views

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")

import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.sources import LocalArtifactDatasetSource  # type: ignore[attr-defined]
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

log = logging.getLogger(__name__)
for chatty in ("mlflow", "alembic", "absl"):
    logging.getLogger(chatty).setLevel(logging.WARNING)
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # tracebacks of what we raise

HEALTH_SECONDS = 5.0
TAG_LIMIT = 5000
"""Characters that every MLflow store takes for a tag."""


class Tracker:
    """The experiment of the study in one tracking store."""

    def __init__(self, uri: str | None, experiment: str, mlruns: Path) -> None:
        self.uri = uri or f"sqlite:///{mlruns.resolve()}/mlflow.db"
        self.local = uri is None
        self.mlruns = mlruns.resolve()
        with self._explained():
            self._check_health()
            self.experiment_id = self._initialise(experiment)
            self._close_stale()

    def latest(self, tag: str, value: str) -> Run | None:
        """The newest run with this tag, None if there is none."""
        with self._explained():
            runs = self._search(f"tags.`{tag}` = '{value}'", most=1)
        return runs[0] if runs else None

    def cells(self) -> list[Run]:
        """Runs of all cells, the newest first."""
        with self._explained():
            return self._search("tags.`clue.kind` = 'cell'", most=50_000)

    def read_text(self, run_id: str, name: str) -> str | None:
        """A text artifact of a run; None if the run has no such file."""
        with self._explained(), tempfile.TemporaryDirectory() as folder:
            client = mlflow.MlflowClient(self.uri)
            if name not in [file.path for file in client.list_artifacts(run_id)]:
                return None
            return Path(client.download_artifacts(run_id, name, folder)).read_text()

    @contextmanager
    def run(
        self, name: str, identity: tuple[str, str], tags: Mapping[str, Any], command: str
    ) -> Iterator["OpenRun"]:
        """Start a run, or reopen the unfinished one of the same identity; ends as the block does.

        Args:
            name: for people.
            identity: tag and value that recognise the run when the command is started again.
            tags: for search and the table of runs.
            command: shown on the run's page.
        """
        process = psutil.Process()
        who = {
            "clue.host": socket.gethostname(),
            "clue.pid": process.pid,
            "clue.process_start": process.create_time(),
        }
        known = self.latest(*identity)
        reopened = known.info.run_id if known and known.info.status != "FINISHED" else None
        note = {"mlflow.note.content": f"```\n{command}\n```"}
        with self._explained():
            active = mlflow.start_run(
                run_id=reopened,
                experiment_id=self.experiment_id,
                run_name=name,
                nested=mlflow.active_run() is not None,
                tags=_short({identity[0]: identity[1], **tags, **who, **note}),  # with its creation
                log_system_metrics=False,
            )
        opened = OpenRun(active.info.run_id)
        try:
            yield opened
        except (KeyboardInterrupt, Terminated, SystemExit):  # the last is submitit's time limit
            self._end_anyway("KILLED")
            raise
        except BaseException:
            self._end_anyway("FAILED")
            raise
        self._end("FAILED" if opened.failed else "FINISHED")

    def log_files(self, rows: Sequence[Mapping[str, Any]], texts: Mapping[str, str]) -> None:
        """Write rows as the table of records, and texts by file name, into the open run.

        Only the owner may read them, where the artifact store keeps modes.
        """
        table = '[{"path": "records.json", "type": "table"}]'
        with self._explained(), tempfile.TemporaryDirectory() as folder:
            for name, text in {**texts, "records.json": _table(rows)}.items():
                path = Path(folder) / name
                path.touch(mode=0o600)
                path.write_text(text)
            mlflow.log_artifacts(folder)
            mlflow.set_tag("mlflow.loggedArtifacts", table)

    def log_folder(self, folder: Path) -> None:
        """Write all files of a folder into the open run."""
        with self._explained():
            mlflow.log_artifacts(str(folder))

    def log_dataset(self, name: str, sha256: str, path: Path) -> None:
        """Name a data file as input of the open run; MLflow keeps 36 characters of a digest."""
        with self._explained():
            source = LocalArtifactDatasetSource(str(path))
            made = MetaDataset(source, name, sha256[:36])  # type: ignore[abstract]
            mlflow.log_input(made, context="evaluation")

    def log_tags(self, tags: Mapping[str, Any]) -> None:
        """Write tags into the open run."""
        with self._explained():
            mlflow.set_tags(_short(tags))

    def log_note(self, text: str) -> None:
        """Say what the open run's page begins with, in Markdown."""
        self.log_tags({"mlflow.note.content": text})

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Write short parameters into the open run; the same ones when it is reopened."""
        with self._explained():
            mlflow.log_params({key: value for key, value in params.items() if value is not None})

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Write numbers into the open run."""
        with self._explained():
            mlflow.log_metrics({key: float(value) for key, value in metrics.items()})

    def unfinished(self, tag: str, value: str) -> bool:
        """Whether there is a run of this identity whose last step was lost."""
        newest = self.latest(tag, value)
        return newest is not None and newest.info.status != "FINISHED"

    def _end(self, status: str) -> None:
        with self._explained():
            mlflow.end_run(status)

    def _end_anyway(self, status: str) -> None:
        """End a run without hiding why it ends: a stop that a dead store swallowed is none."""
        try:
            self._end(status)
        except TrackingError:
            log.warning("the tracking store does not take the end of a run; the next command does")

    def _initialise(self, experiment: str) -> str:
        """Schema and experiment; one process at a time, a fresh database does not bear two."""
        artifacts = self.mlruns / "artifacts"
        artifacts.mkdir(parents=True, exist_ok=True)
        with (self.mlruns / ".initialise.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _point_mlflow_to(self.uri)
            client = mlflow.MlflowClient(self.uri)
            found = client.get_experiment_by_name(experiment)
            if found is None:
                place = artifacts.as_uri() if self.local else None
                return str(client.create_experiment(experiment, place, tags=ui_views.tags()))
        if found.lifecycle_stage == "deleted":
            raise TrackingError(
                f"the experiment {experiment!r} is in the tracking store's bin. Restore it with "
                f"`MLFLOW_TRACKING_URI={without_passwords(self.uri)} mlflow experiments restore "
                "--experiment-id "
                f"{found.experiment_id}`, or name another with tracking.experiment=<name>"
            )
        for key in ui_views.tags().keys() - found.tags.keys():  # of an experiment that others made
            client.set_experiment_tag(found.experiment_id, key, ui_views.tags()[key])
        if self.local and found.artifact_location != artifacts.as_uri():
            log.warning(
                "this store was moved: artifacts go to %s, where it was made; "
                "`python -m clue store relocate --mlruns %s` mends it",
                found.artifact_location,
                self.mlruns,
            )
        return str(found.experiment_id)

    def _check_health(self) -> None:
        """One quick question to a server, which mlflow itself would repeat for minutes."""
        if self.uri.startswith(("http://", "https://")):
            with urllib.request.urlopen(f"{self.uri.rstrip('/')}/health", timeout=HEALTH_SECONDS):
                pass

    def _close_stale(self) -> None:
        """Runs of this machine whose process is gone are not running."""
        for run in self._search(
            f"attributes.status = 'RUNNING' AND tags.`clue.host` = '{socket.gethostname()}'"
        ):
            if not _alive(run.data.tags):
                mlflow.MlflowClient(self.uri).set_terminated(run.info.run_id, "KILLED")
                log.info(
                    "run %s was left running by a process that is gone: closed as KILLED",
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
    def _explained(self) -> Iterator[None]:
        """Turn a failing store into words: what was kept and how to go on."""
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
            first = str(error).partition("\n")[0][:300]
            raise TrackingError(
                f"the tracking store {without_passwords(self.uri)} fails: {first}. Completions and "
                f"records stay in {self.mlruns / 'cells'}; check tracking.uri "
                "(MLFLOW_TRACKING_URI) or the disk, then run the same command again: it generates "
                "nothing twice."
            ) from error


@dataclass
class OpenRun:
    """A run that is being written."""

    run_id: str
    failed: bool = False
    """Set when part of it failed: the run ends as FAILED."""


def _point_mlflow_to(uri: str) -> None:
    """Set the tracking URI without the environment variable, which the next job would read."""
    before = os.environ.get("MLFLOW_TRACKING_URI")
    mlflow.set_tracking_uri(uri)
    if before is None:
        os.environ.pop("MLFLOW_TRACKING_URI", None)
    else:
        os.environ["MLFLOW_TRACKING_URI"] = before


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as the split JSON that MLflow's table view reads; floats keep every digit."""
    columns = list(rows[0])
    return json.dumps(
        {"columns": columns, "data": [[row[column] for column in columns] for row in rows]}
    )


def _short(tags: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value)[:TAG_LIMIT] for key, value in tags.items() if value is not None}


def _alive(tags: Mapping[str, str]) -> bool:
    try:
        started = psutil.Process(int(tags["clue.pid"])).create_time()
    except (psutil.NoSuchProcess, KeyError, ValueError):
        return False
    return abs(started - float(tags.get("clue.process_start", 0))) < 1
