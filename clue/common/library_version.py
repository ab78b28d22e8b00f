"""Versions of installed packages, which signatures and fingerprints name."""

import importlib.metadata
from functools import cache


@cache
def version(name: str) -> str:
    """Returns the version of an installed package; its metadata are read once per process.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    return importlib.metadata.version(name)
