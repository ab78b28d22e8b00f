"""MLflow runs of cells as JSON, to copy them to another store."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clue import outgoing
from clue.cli.store.cell_runs import END_TIME, end_time
from clue.common import json_text
from clue.errors import StoreError
from clue.store.records_table import read_table

CELL_ID = re.compile("[0-9a-f]{1,64}")
"""Tag `clue.cell` of a run; the name of its table begins with it."""
LOCAL_TAGS = ("clue.host", "clue.pid", "clue.process_start", "mlflow.user", "mlflow.source.name")
"""Tags of the machine and the user; they are not exported."""


def exported_runs(mlruns: Path, uri: str | None) -> Iterator[tuple[str, bytes]]:
    """Yields id and JSON of every finished run of a cell; none if nothing was tracked."""
    if uri is None and not (mlruns / "mlflow.db").exists():
        return
    from clue.tracking.tracker import Tracker

    tracker = Tracker(uri, "clue", mlruns)
    for run in tracker.cells():
        if run.info.status == "FINISHED":
            tags = {key: tag for key, tag in run.data.tags.items() if key not in LOCAL_TAGS}
            tags[END_TIME] = str(end_time(run))  # an imported cell was made when it was made
            content = {
                "name": run.info.run_name,
                "tags": tags,
                "params": run.data.params,
                "metrics": run.data.metrics,
                "config.yaml": tracker.read_text(run.info.run_id, "config.yaml"),
            }
            yield run.info.run_id, json.dumps(content, indent=1, sort_keys=True).encode()


def decode(content: bytes, name: str) -> Mapping[str, Any]:
    """Returns an exported run.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        StoreError: it is no exported run of a cell.
    """
    try:
        run: Mapping[str, Any] = json_text.parse(content)
        complete = _is_complete(run)
    except (ValueError, KeyError, TypeError, AttributeError):
        complete = False
    if not complete:
        raise StoreError(
            f"{name} is no run that `python -m clue store export` wrote; nothing was imported. "
            "Export it again."
        )
    return run


def _is_complete(run: Mapping[str, Any]) -> bool:
    texts = [run["name"], *run["tags"].values(), *run["params"].values()]
    texts += [run["config.yaml"]] if run["config.yaml"] is not None else []
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(value) in (int, float) for value in run["metrics"].values())
        and CELL_ID.fullmatch(run["tags"]["clue.cell"]) is not None
    )


def table_name(run: Mapping[str, Any]) -> str:
    """Returns the name of the table of a run's cell."""
    return f"records-{run['tags']['clue.cell'][:16]}.parquet"


def import_run(run: Mapping[str, Any], mlruns: Path, uri: str | None) -> int:
    """Create an exported run in this store, with its table; 0 if the cell has one, else 1.

    Raises:
        StoreError: the table of the run's cell is not in this store, or is there twice.
    """
    from clue.tracking.tracker import Tracker

    tracker = Tracker(uri, "clue", mlruns)
    cell = run["tags"]["clue.cell"]
    newest = tracker.latest("clue.cell", cell)
    if newest and newest.info.status == "FINISHED":
        return 0
    paths = list(mlruns.glob(f"cells/*/*/*/{table_name(run)}"))
    if len(paths) != 1:
        raise StoreError(
            f"the run {run['name']!r} belongs to one table {table_name(run)}, and the store has "
            f"{len(paths)}: it was not created. Export the archive again."
        )
    table = read_table(paths[0])
    mode = outgoing.text_mode(None, table.facts.get("access", "credentialed"), uri)
    own = {key: tag for key, tag in run["tags"].items() if not key.startswith("mlflow.")}
    with tracker.run(run["name"], ("clue.cell", cell), own, "imported"):
        tracker.log_params(run["params"])
        tracker.log_metrics(run["metrics"])
        config = run["config.yaml"]
        tracker.log_files(
            outgoing.rows(table.records, mode), {"config.yaml": config} if config else {}
        )
    return 1
