"""The MLflow runs of stored cells: state, and time at which a cell was made."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from clue.store.addresses import DIGITS, Address

if TYPE_CHECKING:
    from clue.tracking.tracker import Tracker

END_TIME = "clue.end_time"
"""Tag of an imported run: the end of the exported one, in milliseconds since 1970."""


class CellRun(NamedTuple):
    """The run of a cell."""

    run_id: str
    status: str
    address: Address
    """Of its table; the model is empty if the run does not name it."""
    ended: str
    """UTC, ISO 8601; empty while it runs."""

    def is_of(self, address: Address) -> bool:
        """True if it is a run of a table, or of any table of a generation."""
        models = {self.address.model, address.model}
        return (
            (len(models) == 1 or "" in models)
            and self.address.fingerprint == address.fingerprint
            and (not address.table or self.address.table == address.table)
        )


def tracker_of(mlruns: Path) -> "Tracker | None":
    """Returns the tracking store of a store of cells; None if nothing was tracked.

    Raises:
        TrackingError: it does not answer.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if uri is None and not (mlruns / "mlflow.db").exists():
        return None
    from clue.tracking.tracker import Tracker

    return Tracker(uri, "clue", mlruns)


def cell_runs(tracker: "Tracker | None") -> list[CellRun]:
    """Returns the runs of all cells, newest first."""
    return list(_cell_runs(tracker.cells())) if tracker else []


def end_time(run: Any) -> int | None:
    """Returns the time at which a run ended, where it was made, in milliseconds since 1970."""
    exported = run.data.tags.get(END_TIME, "")
    ended: int | None = int(exported) if exported.isdigit() else run.info.end_time
    return ended


def _cell_runs(runs: Iterable[Any]) -> Iterator[CellRun]:
    for run in runs:
        tags, ended = run.data.tags, end_time(run)
        digits = (tags.get(name, "")[:DIGITS] for name in ("clue.fingerprint", "clue.cell"))
        address = Address(tags.get("clue.model", ""), *digits)
        yield CellRun(run.info.run_id, run.info.status, address, _utc(ended) if ended else "")


def _utc(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
