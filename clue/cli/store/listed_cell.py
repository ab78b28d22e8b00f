"""The cells of a store with everything that `python -m clue store list` shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from clue.cli.store.cell_runs import CellRun
from clue.errors import StoreError
from clue.records import sha256
from clue.store.addresses import Address
from clue.store.annotations import Annotations
from clue.store.generations import Generation, table_address
from clue.store.stored_tables import StoredTable, lacking_fact, read_facts
from clue.study.stored_studies import StoredStudies

State = Literal["finished", "failed", "running", "partial", "damaged"]
STATES: Mapping[str, State] = {"RUNNING": "running", "FAILED": "failed"}
"""State by the status of a cell's newest run, if it has no newer table; otherwise `partial`."""

DAMAGED = "the table is damaged: `python -m clue store verify` names the file and the remedy"


@dataclass(frozen=True)
class ListedCell:
    """A finished cell, or a generation without a finished cell."""

    task: str
    model: str
    prompt: str
    """Name of the prompt setting; empty if there is no table."""
    state: State
    n: int
    """Records of a finished cell, otherwise stored completions."""
    fingerprint: str
    run_id: str
    """The cell's MLflow run; empty if it is unknown."""
    bytes: int
    """Size of the table of a finished cell, otherwise of the generation's folder."""
    table: str = ""
    """First 16 digits of the table's id; empty if there is no table."""
    study: tuple[str, ...] = ()
    """Studies in which the cell counts."""
    counts: str = ""
    """In the chosen study: `yes`, `trial`, `choose` (several cells fit); empty if not finished."""
    reason: str = ""
    """Reason for `trial`, `choose` or a damaged table."""
    counts_as: tuple[str, ...] = ()
    """Cells of the chosen study that it is, `<model>/<task>/<prompt>`."""
    made: str = ""
    """End of the cell's newest finished run, UTC; empty if it was not tracked."""
    limit: int | None = None
    wording: str = ""
    """First 8 digits of the sha256 of the wording, or of the population of prompts."""
    backend: str = ""
    note: str = ""


@dataclass(frozen=True)
class Listing:
    """Describes the cells of a store in relation to a study."""

    study: str
    """Name of the chosen study."""
    studies: StoredStudies
    annotations: Annotations
    runs: Sequence[CellRun]
    """Newest first."""
    tables: Mapping[Path, StoredTable] = field(default_factory=dict)
    """Tables of the store that can be used."""

    @cached_property
    def _runs(self) -> Mapping[str, Sequence[CellRun]]:
        """Runs by fingerprint, newest first."""
        runs: dict[str, list[CellRun]] = {}
        for run in self.runs:
            runs.setdefault(run.address.fingerprint, []).append(run)
        return runs

    def _runs_of(self, address: Address) -> Iterator[CellRun]:
        runs = self._runs.get(address.fingerprint, ())
        return (run for run in runs if run.is_of(address))

    def cells(self, stored: Iterable[Generation]) -> list[ListedCell]:
        """Returns every finished cell, and every generation whose newest run has not finished."""
        return [cell for generation in stored for cell in self._cells(generation)]

    def _cells(self, generation: Generation) -> Iterator[ListedCell]:
        newest = next(self._runs_of(generation.address), None)
        paths = generation.tables()
        yield from (self._finished(generation, path) for path in paths)
        status = newest.status if newest else ""
        if not paths or status in STATES:
            run_id = newest.run_id if newest else ""
            yield self._unfinished(generation, STATES.get(status, "partial"), run_id)

    def _finished(self, generation: Generation, path: Path) -> ListedCell:
        address = table_address(path)
        state: State = "finished"
        try:
            table = self.tables.get(path) or read_facts(path)
            standing = self._standing(table)
        except StoreError:
            table, state, standing = StoredTable(path, {}, {}), "damaged", _Standing("", DAMAGED)
        settings = table.facts.get("generation", {})
        return ListedCell(
            task=generation.task,
            model=generation.model,
            prompt=table.facts.get("prompt", ""),
            state=state,
            n=table.prompts,
            fingerprint=generation.fingerprint,
            run_id=table.facts.get("run_id", ""),
            bytes=path.stat().st_size,
            table=address.table,
            study=tuple(self.studies.counting(path)),
            **standing._asdict(),
            made=self._made(address),
            limit=table.facts.get("limit"),
            wording=_wording(settings),
            backend=_backend(settings),
            note=self.annotations.note(address),
        )

    def _unfinished(self, generation: Generation, state: State, run_id: str) -> ListedCell:
        return ListedCell(
            task=generation.task,
            model=generation.model,
            prompt="",
            state=state,
            n=len(generation.store.completions()),
            fingerprint=generation.fingerprint,
            run_id=run_id,
            bytes=generation.bytes(),
            wording=_wording(generation.settings()),
            backend=_backend(generation.settings()),
            note=self.annotations.note(generation.address),
        )

    def _standing(self, table: StoredTable) -> "_Standing":
        study = self.studies.studies.get(self.study)
        if study is None:
            return _Standing()
        if table.path in study.keys:
            return _Standing("yes", counts_as=tuple(key.name for key in study.keys[table.path]))
        if table.path in study.ambiguous:
            return _Standing("choose", study.ambiguous[table.path][0].differences)
        return _Standing("trial", study.reasons.get(table.path) or lacking_fact(table) or "")

    def _made(self, address: Address) -> str:
        ends = (run.ended for run in self._runs_of(address) if run.status == "FINISHED")
        return next(ends, "")


class _Standing(NamedTuple):
    """Standing of a table in a study, in the words of `ListedCell`."""

    counts: str = ""
    reason: str = ""
    counts_as: tuple[str, ...] = ()


def _wording(settings: Mapping[str, Any]) -> str:
    protocol = settings.get("protocol", {})
    if "population" in protocol:
        return str(protocol["population"]["sha256"])[:8]
    wording = protocol.get("wording")
    return "" if wording is None else sha256(wording)[:8]


def _backend(settings: Mapping[str, Any]) -> str:
    return str(settings.get("backend", {}).get("name", ""))
