"""Columns of a cell: its items, which cells of the same samples share, and their numbers."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clue.cluster_robust import Array
from clue.common.plural import counted
from clue.records import SampleKey, sha256
from clue.store.sealed_parquet import read_columns, read_footer

Names = NDArray[np.object_]
IDENTITY = ("cluster", "prompt_sha256", "target_sha256")
"""Columns with the cluster and the digests of a record, besides those of its key."""
NUMBERS = ("score_", "flag_", "measure_")
TOKENS = "prompt_tokens"


@dataclass(frozen=True)
class Items:
    """The samples of a cell, sorted by key. Cells of the same ones share one object.

    It is most of the memory of a cell: its texts take 350 bytes a row, a score takes 8.
    """

    keys: tuple[SampleKey, ...]
    """`Record.key`, shape (n,)."""
    clusters: Names
    prompts: Names
    """Digest of each prompt, shape (n,)."""
    targets: Names
    """Digest of each reference, shape (n,)."""

    @cached_property
    def ids(self) -> Names:
        """`Record.sample_id`, shape (n,)."""
        return np.array([key.sample_id for key in self.keys], dtype=object)

    @cached_property
    def sha256(self) -> str:
        """Digest of the samples, their clusters, prompts and references."""
        names = (self.keys, self.clusters, self.prompts, self.targets)
        return sha256([list(column) for column in names])

    @cached_property
    def draws(self) -> int:
        """Number of draws of a prompt; 1 without sampling."""
        return len({key.draw for key in self.keys})


@dataclass(frozen=True)
class Columns:
    """The numbers of a cell, in the order of its items: the order of rows changes no result."""

    items: Items
    scores: Mapping[str, Array]
    """Metric to scores, 0 to 1, shape (n,); nan where the reference leaves it undefined."""
    flags: Mapping[str, NDArray[np.bool_]]
    """Empty if several draws of a prompt are averaged: a flag is of one answer."""
    measures: Mapping[str, Array]
    prompt_tokens: Array
    """Tokens of each prompt in the model's own tokenizer, chat template included, shape (n,)."""

    @property
    def keys(self) -> tuple[SampleKey, ...]:
        """`Record.key`, shape (n,)."""
        return self.items.keys

    @property
    def ids(self) -> Names:
        """`Record.sample_id`, shape (n,)."""
        return self.items.ids

    @property
    def clusters(self) -> Names:
        """Cluster of each row, shape (n,)."""
        return self.items.clusters

    @property
    def prompts(self) -> Names:
        """Digest of each prompt, shape (n,)."""
        return self.items.prompts

    @property
    def targets(self) -> Names:
        """Digest of each reference, shape (n,)."""
        return self.items.targets

    @property
    def items_sha256(self) -> str:
        """Digest of the samples, their clusters, prompts and references."""
        return self.items.sha256

    @property
    def draws(self) -> int:
        """Number of draws of a prompt; 1 without sampling."""
        return self.items.draws

    @cached_property
    def over_draws(self) -> "Columns":
        """The mean over the draws of each prompt, one row per sample, repeat and wording.

        These rows count in everything about single models. Without draws it is the object itself.
        """
        if self.draws == 1:
            return self
        prompts = [key._replace(draw=0) for key in self.keys]
        first = np.array([True, *(one != before for before, one in pairwise(prompts))])
        codes = np.cumsum(first) - 1
        sizes = np.bincount(codes)

        def means(values: Mapping[str, Array]) -> dict[str, Array]:
            return {name: np.bincount(codes, column) / sizes for name, column in values.items()}

        return Columns(
            Items(
                keys=tuple(prompts[row] for row in np.flatnonzero(first)),
                clusters=self.clusters[first],
                prompts=self.prompts[first],
                targets=self.targets[first],
            ),
            scores=means(self.scores),
            flags={},
            measures=means(self.measures),
            prompt_tokens=self.prompt_tokens[first],
        )


def read_cell_columns(path: Path) -> Columns:
    """Reads the columns of a table.

    Raises:
        pyarrow.ArrowException, OSError, KeyError, ValueError: it is damaged, or a score is not
            between 0 and 1.
    """
    names = read_footer(path).names
    identity = (*SampleKey._fields, *IDENTITY, TOKENS)
    used = [name for name in names if name in identity or name.startswith(NUMBERS)]
    table = read_columns(path, used)
    for name in SampleKey._field_defaults.keys() - set(names):  # an older table
        default = SampleKey._field_defaults[name]
        table = table.append_column(name, pa.array([default] * len(table), pa.int64()))
    table = table.sort_by([(name, "ascending") for name in SampleKey._fields])
    scores = {name: _score(name, table[f"score_{name}"]) for name in _prefixed(names, "score_")}
    flags = {
        name: table[f"flag_{name}"].to_numpy().astype(bool) for name in _prefixed(names, "flag_")
    }
    measures = {
        name: table[f"measure_{name}"].to_numpy().astype(float)
        for name in _prefixed(names, "measure_")
    }
    tokens = table[TOKENS].to_numpy().astype(float)
    return Columns(_items(table), scores, flags, measures, tokens)


_ITEMS: WeakValueDictionary[str, Items] = WeakValueDictionary()
"""Digest of the bytes of a table to its items, while a cell has them."""


def _items(table: Any) -> Items:
    """Items of a sorted table; those of an earlier table with the same ones, without a check."""
    names = table.select([*SampleKey._fields, *IDENTITY]).replace_schema_metadata(None)
    content = pa.BufferOutputStream()
    with pa.ipc.new_stream(content, names.schema) as stream:
        stream.write_table(names.combine_chunks())
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    items = _ITEMS.get(digest)
    if items is None:
        items = _ITEMS[digest] = _checked_items(names)
    return items


def _checked_items(table: Any) -> Items:
    key_columns = (table[name].to_pylist() for name in SampleKey._fields)
    keys = tuple(SampleKey(*values) for values in zip(*key_columns, strict=True))
    clusters, prompts, targets = (table[name].to_numpy() for name in IDENTITY)
    duplicates = len(keys) - len(set(keys))
    if duplicates:
        raise ValueError(f"{counted(duplicates, 'row is', 'rows are')} in it twice")
    _check_draws(keys, zip(clusters, prompts, targets, strict=True))
    return Items(keys, clusters, prompts, targets)


def _check_draws(keys: Iterable[SampleKey], identities: Iterable[tuple[Any, ...]]) -> None:
    """Checks that all draws of a prompt are of the same prompt, reference and cluster."""
    firsts: dict[SampleKey, tuple[Any, ...]] = {}
    others = 0
    for key, identity in zip(keys, identities, strict=True):
        others += firsts.setdefault(key._replace(draw=0), identity) != identity
    if others:
        raise ValueError(f"{counted(others, 'draw is', 'draws are')} of another prompt")


def _score(name: str, column: Any) -> Array:
    defined = column.drop_null().to_numpy().astype(float)
    outside = ~((defined >= 0) & (defined <= 1))
    if outside.any():
        scores = counted(int(outside.sum()), f"score of {name} is", f"scores of {name} are")
        raise ValueError(f"{scores} not between 0 and 1")
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=float)


def _prefixed(names: Iterable[str], prefix: str) -> list[str]:
    return sorted(name.removeprefix(prefix) for name in names if name.startswith(prefix))
