"""`python -m analysis [key=value ...]` analyses a study; `view` shows the items of a pair of it.

`compare`, `labels`, `meta` and `power` read files of their own.
"""

import gc
import importlib
import sys
from collections.abc import Sequence

COMMANDS = ("compare", "labels", "meta", "power", "study", "view")
"""Modules of `analysis.cli`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command named by the first argument, else `study`; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    collect_rarely()
    name = words.pop(0) if words and words[0] in COMMANDS else "study"
    return int(importlib.import_module(f"analysis.cli.{name}").main(words))


def collect_rarely() -> None:
    """Look for cyclic garbage after 50,000 new objects, not after 700.

    Nearly all objects are results, which are kept to the end. Price: figures stay in memory longer,
    50 MiB for 25 models.
    """
    gc.set_threshold(50_000)


if __name__ == "__main__":
    sys.exit(main())
