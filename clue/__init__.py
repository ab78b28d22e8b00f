"""Cells of the study: one model on one clinical task under one prompt setting.

    from clue import evaluate, models, read_records, tasks

`clue` turns a configuration into per-sample records and knows nothing of pairs or p-values;
`analysis` reads the records and knows nothing of devices. docs/python.md shows the use of both.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clue.api import evaluate, models, read_records, tasks

__all__ = ["evaluate", "models", "read_records", "tasks"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Imports the interface with its first use, so that importing the package is quick."""
    if name in __all__:
        from clue import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
