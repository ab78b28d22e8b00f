"""`python -m clue store list`: cells, the studies in which they count, and reasons of trials."""

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from clue.cli.store import cell_table
from clue.cli.store.arguments import add_data, default_data, paths_of
from clue.cli.store.cell_filter import CellFilter
from clue.cli.store.cell_runs import CellRun, cell_runs, tracker_of
from clue.cli.store.listed_cell import ListedCell, Listing
from clue.common import console
from clue.common.suggestion import unknown
from clue.config.locations import options
from clue.config.schema import PathsConf
from clue.errors import ConfigError, TrackingError
from clue.store import annotations_file
from clue.store.generations import generations
from clue.store.stored_tables import stored_tables
from clue.study.declaration import DEFAULT, names
from clue.study.stored_studies import stored_studies

log = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_data(parser)
    parser.add_argument("--study", help=f"study whose trials are explained (default: {DEFAULT})")
    parser.add_argument(
        "--missing",
        action="store_true",
        help="only the command for what is left: of --study, otherwise of the newest sweep",
    )
    for name in ("model", "task", "prompt"):
        parser.add_argument(f"--{name}", metavar="NAME", help=f"only this {name}; several: A,B")
    parser.add_argument(
        "--pair", metavar="TUNED[:BASE]", help="only these two models (default: its declared base)"
    )
    parser.add_argument("--trials", action="store_true", help="only cells that do not count")
    parser.add_argument("--json", action="store_true", help="a JSON array instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Print the cells."""
    paths = paths_of(arguments)
    if arguments.missing:
        from clue.cli.store import missing  # here: --help imports no Hydra

        missing.show(paths, arguments.study)
        return 0
    arguments.study = arguments.study or DEFAULT
    chosen = CellFilter.of(arguments)
    cells = [
        cell
        for cell in listed_cells(paths.store, paths.data, arguments.study)
        if chosen.accepts(cell)
    ]
    if arguments.json:
        console.print_lines(json.dumps([asdict(cell) for cell in cells], indent=1))
    else:
        locations = options(paths, "mlruns", "data")
        console.print_rows(cell_table.lines(cells, arguments.study, locations))
    return 0


def listed_cells(mlruns: Path, data: str = "", study: str = DEFAULT) -> list[ListedCell]:
    """Returns every finished cell, and every generation whose newest run has not finished.

    Args:
        mlruns: the store.
        data: folder of the data sets, or `demo`; empty = the default one.
        study: name of the study whose trials are explained.

    Raises:
        ConfigError: there is no such study.
        StoreError: there is no such store, its format is newer than this version, or its choices
            and notes are damaged.
    """
    if study not in names():
        raise ConfigError(f"--study {study}: {unknown(study, names())}")
    stored = list(generations(mlruns))  # first: MLflow writes to a store that it opens
    annotations = annotations_file.read(mlruns)
    paths = PathsConf(data=data or default_data(), mlruns=str(mlruns))
    tables = stored_tables(mlruns)
    studies = stored_studies(tables, paths, annotations.chosen)
    for line in studies.warnings():
        log.warning("%s", line)
    by_path = {table.path: table for table in tables}
    return Listing(study, studies, annotations, _runs(mlruns), by_path).cells(stored)


def _runs(mlruns: Path) -> Sequence[CellRun]:
    """Runs of the cells; a tracking store that does not answer costs times and states only."""
    try:
        return cell_runs(tracker_of(mlruns))
    except TrackingError as error:
        log.warning("states and times of runs are left out: %s", error)
        return []
