"""Tables of finished cells with their facts: what a store contains, read without records."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.store.format import check_format
from clue.store.records_table import FACTS, SIGNATURES

log = logging.getLogger(__name__)

REQUIRED_FACTS = (*("model", "task", "prompt", "dataset", "score", "generation", "fingerprint"),)


@dataclass(frozen=True)
class StoredTable:
    """The records table of a finished cell."""

    path: Path
    facts: Mapping[str, Any]
    """`clue.tracking.tags.facts`."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    rows: int = 0
    """Number of records."""
    repeats: int | None = None
    """Presentations of a question, from the file's statistics; None = it has none."""

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>` as it was evaluated, for people."""
        return f"{self.facts['model']}/{self.facts['task']}/{self.facts['prompt']}"

    @property
    def fingerprint(self) -> str:
        """First 16 digits of the fingerprint of its generation."""
        return str(self.facts["fingerprint"])[:16]

    @property
    def backend(self) -> str:
        """Name of the backend that generated its answers."""
        return str(self.facts["generation"]["backend"]["name"])


def stored_tables(mlruns: Path) -> list[StoredTable]:
    """Returns the tables of a store, sorted by path; logs those that cannot be used.

    Raises:
        StoreError: the store's format is newer than this version.
    """
    check_format(mlruns)
    return list(_readable(mlruns))


def _readable(mlruns: Path) -> Iterator[StoredTable]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted(mlruns.glob("cells/*/*/*/records-*.parquet")):
        try:
            file = pq.read_metadata(path)
            metadata = file.metadata or {}
            facts = json.loads(metadata.get(FACTS, b"{}"))
            signatures = json.loads(metadata.get(SIGNATURES, b"{}"))
        except (pa.ArrowException, OSError, ValueError) as error:
            log.warning("%s is left out: damaged (%s)", path, type(error).__name__)
            continue
        absent = [name for name in REQUIRED_FACTS if name not in facts]
        if absent:
            log.warning(
                "%s is left out: it lacks the fact %s. Score the cell again: repeat its command "
                "with backend=replay force=true, which writes a table with this fact",
                *(path, absent[0]),
            )
            continue
        yield StoredTable(path, facts, signatures, file.num_rows, _repeats(file))


def _repeats(file: Any) -> int | None:
    """The highest number of a presentation plus one, from the statistics of the column `repeat`."""
    groups = [file.row_group(number) for number in range(file.num_row_groups)]
    columns = [group.column(number) for group in groups for number in range(group.num_columns)]
    statistics = [column.statistics for column in columns if column.path_in_schema == "repeat"]
    highest = [entry.max for entry in statistics if entry is not None and entry.has_min_max]
    return 1 + max(highest) if highest else None
