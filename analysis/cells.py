"""Finished cells of a store. Facts are read at once, scores on demand, texts never.

A finished cell is a records table (`clue.store.records_table`). If a model has several tables on
one task under one prompt setting, the newest counts. A cell without a table is unfinished and is
ignored here.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from clue.cluster_robust import Array
from clue.common.plural import counted
from clue.errors import StoreError
from clue.marks import is_partial, of_facts, union
from clue.records import sha256
from clue.store.records_table import FACTS, SIGNATURES

log = logging.getLogger(__name__)

Names = NDArray[np.object_]
IDENTITY = ("sample_id", "repeat", "cluster", "prompt_sha256", "target_sha256")
MODEL_KEYS = (
    "model.repo",
    "model.revision",
    "model.adapter",
    "model.gguf_file",
    "backend.weights",
    "backend.adapter",
)
"""Settings that identify a model. All other settings are protocol, decoding or machinery."""
NUMBERS = ("score_", "flag_", "measure_")
REQUIRED_FACTS = (
    *("model", "task", "prompt", "level", "dataset", "score", "generation", "fingerprint"),
)


class CellKey(NamedTuple):
    """Identifies a cell within a store; at most one table counts for each key."""

    prompt: str
    model: str
    task: str


@dataclass(frozen=True)
class Columns:
    """The numbers of a cell, sorted by sample and repeat: the order of rows changes no result."""

    ids: Names
    """`Record.sample_id`, shape (n,)."""
    repeats: NDArray[np.int64]
    clusters: Names
    prompts: Names
    """Digest of each prompt, shape (n,)."""
    targets: Names
    """Digest of each reference, shape (n,)."""
    scores: Mapping[str, Array]
    """Metric to scores, 0 to 1, shape (n,); nan where the reference leaves it undefined."""
    flags: Mapping[str, NDArray[np.bool_]]
    measures: Mapping[str, Array]

    @cached_property
    def items_sha256(self) -> str:
        """Digest of the samples, their clusters, prompts and references."""
        names = (self.ids, self.repeats.astype(str), self.clusters, self.prompts, self.targets)
        return sha256([list(column) for column in names])


@dataclass(frozen=True)
class StoredCell:
    """A finished cell of the store."""

    path: Path
    """Its records table."""
    facts: Mapping[str, Any]
    """`clue.tracking.tags.facts`."""
    signatures: Mapping[str, str]
    """Metric name to signature."""
    more_marks: tuple[str, ...] = ()
    """Marks that its facts do not give, such as `trial`."""

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of every result of the cell: made-up answers, fictional data, a limit."""
        return union(of_facts(self.facts, partial=self.is_partial), self.more_marks)

    @property
    def is_partial(self) -> bool:
        """True if a limit cut the samples short."""
        return is_partial(self.facts, len(self.columns.ids))

    @property
    def key(self) -> CellKey:
        """Prompt setting, model and task."""
        return CellKey(*(str(self.facts[name]) for name in CellKey._fields))

    @property
    def name(self) -> str:
        """`<model>/<task>/<prompt>`, for people."""
        return f"{self.facts['model']}/{self.facts['task']}/{self.facts['prompt']}"

    @cached_property
    def columns(self) -> Columns:
        """The numbers of the cell, read from its table.

        Raises:
            StoreError: the table is damaged, or a score is not between 0 and 1.
        """
        try:
            return _read_columns(self.path)
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            raise StoreError(
                f"{self.path} cannot be analysed ({_first_line(error)}): delete it and run the "
                f"cell {self.name} again; its table is made from the stored completions"
            ) from error


def read_cells(store: Path) -> dict[CellKey, StoredCell]:
    """Read the newest cell for each key.

    Raises:
        StoreError: there is no finished cell.
    """
    cells = list(_with_facts(sorted(store.glob("cells/*/*/*/records-*.parquet"), key=_age)))
    if not cells:
        raise StoreError(
            f"no finished cell is in {store / 'cells'}: evaluate a model and its base first, e.g. "
            "python run.py -m model=meditron7b,llama2_7b task=meqsum; for another store, set "
            "paths.mlruns=<folder>"
        )
    newest = {cell.key: cell for cell in cells}
    return dict(sorted(newest.items()))


def flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values of nested mappings."""
    for key, entry in value.items():
        if isinstance(entry, Mapping):
            yield from flatten(entry, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", entry


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _with_facts(paths: Iterable[Path]) -> Iterator[StoredCell]:
    """Cells whose tables have readable and complete facts; others are left out with a warning."""
    for path in paths:
        try:
            metadata = pq.read_schema(path).metadata or {}
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
        yield StoredCell(path, facts, signatures)


def _read_columns(path: Path) -> Columns:
    names = pq.read_schema(path).names
    numeric = [name for name in names if name in IDENTITY or name.startswith(NUMBERS)]
    table = pq.read_table(path, columns=numeric, page_checksum_verification=True)
    table = table.sort_by([("sample_id", "ascending"), ("repeat", "ascending")])
    ids, repeats, clusters, prompts, targets = (table[name].to_numpy() for name in IDENTITY)
    duplicates = int(((ids[1:] == ids[:-1]) & (repeats[1:] == repeats[:-1])).sum())
    if duplicates:
        raise ValueError(f"{counted(duplicates, 'row is', 'rows are')} in it twice")
    scores = {name: _score(name, table[f"score_{name}"]) for name in _prefixed(names, "score_")}
    flags = {
        name: table[f"flag_{name}"].to_numpy().astype(bool) for name in _prefixed(names, "flag_")
    }
    measures = {
        name: table[f"measure_{name}"].to_numpy().astype(float)
        for name in _prefixed(names, "measure_")
    }
    return Columns(ids, repeats, clusters, prompts, targets, scores, flags, measures)


def _score(name: str, column: Any) -> Array:
    defined = column.drop_null().to_numpy().astype(float)
    outside = ~((defined >= 0) & (defined <= 1))
    if outside.any():
        scores = counted(int(outside.sum()), f"score of {name} is", f"scores of {name} are")
        raise ValueError(f"{scores} not between 0 and 1")
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=float)


def _prefixed(names: Iterable[str], prefix: str) -> list[str]:
    return sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
