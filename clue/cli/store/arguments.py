"""Arguments that commands of the store share: the location of the data, an address of a cell."""

import argparse
import os
from pathlib import Path
from typing import NamedTuple

from clue.common.paths import absolute_path
from clue.config.folders import ROOT
from clue.config.schema import PathsConf
from clue.store.addresses import Address, distinct, parse, resolve
from clue.store.generations import stored_addresses

FINGERPRINT = "first digits of a cell's fingerprint (at least 4), or <fingerprint>/<table>"


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the location of the data, with which the declared cells of a study are resolved."""
    parser.add_argument(
        "--data",
        default=default_data(),
        help="folder of the data sets, or demo (default: CLUE_DATA, else data/)",
    )


def default_data() -> str:
    """Returns the location of the data that a command uses without `--data`."""
    return os.environ.get("CLUE_DATA", str(ROOT / "data"))


def add_fingerprint(parser: argparse.ArgumentParser) -> None:
    """Add the address of a generation or a table."""
    parser.add_argument("fingerprint", help=FINGERPRINT)


def store_of(arguments: argparse.Namespace) -> Path:
    """Returns the folder of the store, absolute."""
    return absolute_path(arguments.mlruns)


def paths_of(arguments: argparse.Namespace) -> PathsConf:
    """Returns the locations as they were typed."""
    return PathsConf(data=arguments.data, mlruns=arguments.mlruns)


class NamedCell(NamedTuple):
    """A generation, or a table of one, that a person named."""

    address: Address
    key: str
    """Its shortest address, under which a note is stored."""
    name: str
    """`<model>/<task>`."""


def stored_cell(text: str, mlruns: Path) -> NamedCell:
    """Returns the stored generation or table that a person named by its first digits.

    Raises:
        StoreError: there is no such store, or none or several match; lists them.
    """
    choices = stored_addresses(mlruns, tables=bool(parse(text).table))
    address = resolve(text, choices)
    key = distinct(address, choices)._replace(table=address.table)
    return NamedCell(address, str(key), choices[address])
