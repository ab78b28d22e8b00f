"""Formats that MLflow accepts: tables as split JSON, tags of limited length."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

TAG_LIMIT = 5000
"""Longest tag, in characters, that every MLflow store accepts."""


def split_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Returns rows as the split JSON of MLflow's table view; floats keep every digit.

    >>> split_json([{"id": "a", "score": 0.5}])
    '{"columns": ["id", "score"], "data": [["a", 0.5]]}'
    """
    columns = list(rows[0])
    return json.dumps(
        {"columns": columns, "data": [[row[column] for column in columns] for row in rows]}
    )


def truncated(tags: Mapping[str, Any]) -> dict[str, str]:
    """Returns tags as text of limited length, without those that are None."""
    return {key: str(value)[:TAG_LIMIT] for key, value in tags.items() if value is not None}
