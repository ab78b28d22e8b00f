"""A declared study, resolved for the store and the data of a command line."""

import argparse
from pathlib import Path

from clue.common.paths import absolute_path
from clue.config.composition import as_overrides, composed
from clue.config.schema import Config
from clue.store.stored_tables import stored_tables
from clue.study.declaration import declare, load
from clue.study.resolution import Resolution, resolve
from clue.study.stored_models import stored_models


def resolved(name: str, arguments: argparse.Namespace) -> Resolution:
    """Returns a study with its cells resolved.

    Raises:
        ConfigError: there is no such study, or it cannot be used.
    """
    settings = {"paths.mlruns": arguments.mlruns}
    settings |= {"paths.data": arguments.data} if arguments.data else {}
    paths = composed("config", Config, as_overrides(settings)).paths
    return resolve(declare(load(name), stored_models(stored_tables(paths.store))), paths)


def store(arguments: argparse.Namespace) -> Path:
    """Returns the folder of the store."""
    return absolute_path(arguments.mlruns)
