"""Finished cells of a study. Facts are read at once, scores on demand, texts are only counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clue.cluster_robust import Array
from clue.common.plural import counted
from clue.config.model_files import family
from clue.config.schema import ModelConf
from clue.errors import StoreError
from clue.marks import is_partial, of_facts, union
from clue.records import SampleKey, sha256
from clue.store.sealed_parquet import read_columns, read_footer
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey
from clue.task.answers.thoughts import is_thought_alone

__all__ = ["CellKey", "Columns", "StoredCell", "declared_cell"]

Names = NDArray[np.object_]
IDENTITY = ("cluster", "prompt_sha256", "target_sha256")
"""Columns with the cluster and the digests of a record, besides those of its key."""
MODEL_KEYS = (
    "model.repo",
    "model.revision",
    "model.adapter",
    "model.gguf_file",
    "model.chat_template",  # `backend.chat` has what it does
    "backend.weights",
    "backend.adapter",
)
"""Settings that identify a model. All other settings are protocol, decoding or machinery."""
NUMBERS = ("score_", "flag_", "measure_")
TOKENS = "prompt_tokens"


@dataclass(frozen=True)
class Columns:
    """The numbers of a cell, sorted by key: the order of rows changes no result."""

    keys: tuple[SampleKey, ...]
    """`Record.key`, shape (n,)."""
    clusters: Names
    prompts: Names
    """Digest of each prompt, shape (n,)."""
    targets: Names
    """Digest of each reference, shape (n,)."""
    scores: Mapping[str, Array]
    """Metric to scores, 0 to 1, shape (n,); nan where the reference leaves it undefined."""
    flags: Mapping[str, NDArray[np.bool_]]
    """Empty if several draws of a prompt are averaged: a flag is of one answer."""
    measures: Mapping[str, Array]
    prompt_tokens: Array
    """Tokens of each prompt in the model's own tokenizer, chat template included, shape (n,)."""

    @cached_property
    def ids(self) -> Names:
        """`Record.sample_id`, shape (n,)."""
        return np.array([key.sample_id for key in self.keys], dtype=object)

    @cached_property
    def items_sha256(self) -> str:
        """Digest of the samples, their clusters, prompts and references."""
        names = (self.keys, self.clusters, self.prompts, self.targets)
        return sha256([list(column) for column in names])

    @cached_property
    def draws(self) -> int:
        """Number of draws of a prompt; 1 without sampling."""
        return len({key.draw for key in self.keys})

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
            keys=tuple(prompts[row] for row in np.flatnonzero(first)),
            clusters=self.clusters[first],
            prompts=self.prompts[first],
            targets=self.targets[first],
            scores=means(self.scores),
            flags={},
            measures=means(self.measures),
            prompt_tokens=self.prompt_tokens[first],
        )


class _TextsSeen(NamedTuple):
    """Counts of the texts of a cell's answers."""

    distinct: int | None
    """Different answers; None if the table has no texts."""
    thoughts_alone: int


@dataclass(frozen=True)
class StoredCell(StoredTable):
    """A finished cell of the store, with the names that a study gives it."""

    more_marks: tuple[str, ...] = ()
    """Marks that its facts do not give, such as `trial`."""

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of every result of the cell: made-up answers, fictional data, a limit."""
        return union(of_facts(self.facts, partial=self.is_partial), self.more_marks)

    @property
    def is_partial(self) -> bool:
        """True if a limit cut the samples short."""
        return is_partial(self.facts, len(self.columns.over_draws.ids))

    @property
    def key(self) -> CellKey:
        """Prompt setting, model and task."""
        return CellKey(*(str(self.facts[name]) for name in CellKey._fields))

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

    def flag_percent(self, flag: str) -> float | None:
        """Returns the percentage of answers with a flag; None if the cell does not record it."""
        values = self.columns.flags.get(flag)
        return None if values is None else 100 * float(values.mean())

    @property
    def score_metrics(self) -> Array | None:
        """Metrics of the task score, 0 to 1, shape (n, metrics), nan where undefined.

        Rows are those of `Columns.over_draws`. None: a metric is missing or undefined in all rows.
        """
        scores = self.columns.over_draws.scores
        columns = [scores.get(name) for name in self.facts["score"]]
        present = [column for column in columns if column is not None]
        if len(present) < len(columns) or any(np.isnan(column).all() for column in present):
            return None
        return np.column_stack(present)

    @cached_property
    def distinct_answers(self) -> int | None:
        """Number of different answers, also of masked ones; None if the table has no texts."""
        return self._texts_seen.distinct

    @cached_property
    def thoughts_alone(self) -> int:
        """Number of answers that are thoughts without an answer; 0 if the table has no texts."""
        return self._texts_seen.thoughts_alone

    @cached_property
    def _texts_seen(self) -> _TextsSeen:
        """Counts of one reading of the texts, which are not kept."""
        texts = read_columns(self.path, ["text"])["text"]
        number = int(pc.count_distinct(texts).as_py())
        has_texts = number > 1 or (texts.null_count == 0 and texts[0].as_py() != "")
        alone = sum(is_thought_alone(text or "") for text in texts.to_pylist())
        return _TextsSeen(number if has_texts else None, alone)


def declared_cell(table: StoredTable, key: CellKey, model: ModelConf) -> StoredCell:
    """Returns a stored table as the declared cell that it is: names and properties are declared."""
    names = {"prompt": key.prompt, "model": key.model}
    facts = {**table.facts, **names, **model_facts(model)}
    return StoredCell(table.path, facts, table.signatures, table.rows)


def model_facts(model: ModelConf) -> dict[str, Any]:
    """Returns the properties of a model that the analysis uses."""
    fields = ("base", "ancestor", "domain", "recipe", "parameters")
    return {
        **{name: getattr(model, name) for name in fields},
        "adaptation": list(model.adaptation),
        "family": family(model),
    }


def _read_columns(path: Path) -> Columns:
    names = read_footer(path).names
    identity = (*SampleKey._fields, *IDENTITY, TOKENS)
    used = [name for name in names if name in identity or name.startswith(NUMBERS)]
    table = read_columns(path, used)
    for name in SampleKey._field_defaults.keys() - set(names):  # an older table
        default = SampleKey._field_defaults[name]
        table = table.append_column(name, pa.array([default] * len(table), pa.int64()))
    table = table.sort_by([(name, "ascending") for name in SampleKey._fields])
    key_columns = (table[name].to_pylist() for name in SampleKey._fields)
    keys = tuple(SampleKey(*values) for values in zip(*key_columns, strict=True))
    clusters, prompts, targets = (table[name].to_numpy() for name in IDENTITY)
    duplicates = len(keys) - len(set(keys))
    if duplicates:
        raise ValueError(f"{counted(duplicates, 'row is', 'rows are')} in it twice")
    _check_draws(keys, zip(clusters, prompts, targets, strict=True))
    scores = {name: _score(name, table[f"score_{name}"]) for name in _prefixed(names, "score_")}
    flags = {
        name: table[f"flag_{name}"].to_numpy().astype(bool) for name in _prefixed(names, "flag_")
    }
    measures = {
        name: table[f"measure_{name}"].to_numpy().astype(float)
        for name in _prefixed(names, "measure_")
    }
    tokens = table[TOKENS].to_numpy().astype(float)
    return Columns(keys, clusters, prompts, targets, scores, flags, measures, tokens)


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


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
