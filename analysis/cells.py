"""Finished cells of a study. Facts are read at once, scores on demand, texts are only counted."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.cell_columns import Columns, read_cell_columns
from clue.cluster_robust import Array
from clue.config.model_files import family
from clue.config.schema import ModelConf
from clue.errors import StoreError
from clue.marks import is_partial, of_facts, union
from clue.store.sealed_parquet import read_columns
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey
from clue.task.answers.thoughts import is_thought_alone

__all__ = ["CellKey", "StoredCell", "declared_cell"]

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
            return read_cell_columns(self.path)
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


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
