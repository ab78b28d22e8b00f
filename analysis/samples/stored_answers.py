"""Texts of the answers of a cell: the answer, the thought before it, and the parsed reading."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from clue.records import SampleKey
from clue.store.sealed_parquet import read_columns, read_footer


class StoredAnswer(NamedTuple):
    """Texts of one answer."""

    text: str
    thought: str | None
    """None = the model did not think, or was not to."""
    reading: str | None
    """Answer that the parser extracted; None if there is none."""


def stored_answers(path: Path) -> Mapping[SampleKey, StoredAnswer]:
    """Reads the answers of a table by key.

    Raises:
        StoreError: the table is damaged.
    """
    names = read_footer(path).names
    keys = [name for name in SampleKey._fields if name in names]
    texts = [name for name in ("text", "thought", "answer") if name in names]
    rows = read_columns(path, [*keys, *texts]).to_pylist()
    return {
        SampleKey(**{name: row[name] for name in keys}): StoredAnswer(
            row["text"] or "", row.get("thought"), row.get("answer")
        )
        for row in rows
    }
