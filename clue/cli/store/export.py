"""`python -m clue store export`: finished cells and their report as one archive.

    manifest.json                          name and sha256 of every other file
    store.json                             format of the files (`clue.store.format`)
    cells/<task>/<model>/<fingerprint>/    cell.json, records-<id>.parquet
    runs/<run id>.json                     tags, parameters, metrics, configuration of a cell's run
    annotations.json                       choices and notes of people on these cells
    studies/<study>/<number>.json          frozen declarations of studies
    analysis/                              output of `python -m analysis`

Answers to open data are exported as text, answers to credentialed data as digests, since they may
restate a note. Pages of the report that show other answers are left out (`clue.outgoing`). Tables
keep the ids of their samples, by which cells of several stores are paired.
"""

import argparse
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clue import outgoing
from clue.cli.store.mlflow_runs import exported_runs
from clue.common.atomic_write import write_atomic
from clue.common.console import print_lines
from clue.common.paths import absolute_path, expanded
from clue.common.plural import counted
from clue.records import Record
from clue.store import annotations_file
from clue.store.addresses import Address
from clue.store.annotations import Annotations
from clue.store.format import DECLARATION, FORMAT_FILE
from clue.store.generations import generations, table_address
from clue.store.records_table import RecordsTable, read_table, table_bytes
from clue.store.stored_tables import read_facts
from clue.study import freeze

MANIFEST = "manifest.json"
REPORT = "analysis"
"""Folder of the report."""
MAX_NAMES = 5
"""Names in the line about files that are left out."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("archive", help="file to write, <name>.zip")
    parser.add_argument(
        "--text",
        choices=("full", "hash", "none"),
        help="answers in the tables (default: full for open data, hash for credentialed data)",
    )
    parser.add_argument(
        "--only-open", action="store_true", help="leave out the cells of credentialed data"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the archive and print its size."""
    mlruns = absolute_path(arguments.mlruns)
    archive = expanded(arguments.archive)
    files = dict(contents(mlruns, arguments.text, only_open=arguments.only_open))
    write_atomic(archive, zip_bytes(files))
    tables = sum(name.endswith(".parquet") and name.startswith("cells/") for name in files)
    size = f"{counted(tables, 'table')}, {counted(len(files), 'file')}"
    print_lines(f"{archive}: {size}, {archive.stat().st_size / 2**20:.1f} MiB")
    credentialed = set() if arguments.only_open else _credentialed_tasks(mlruns)
    if credentialed:
        print_lines(
            f"it names samples of credentialed data ({', '.join(sorted(credentialed))}) by the ids "
            "of their data set: give it to people with access to these data only. --only-open "
            "leaves their cells out"
        )
    withheld = outgoing.report_files(mlruns / REPORT, arguments.text).withheld
    if withheld:
        print_lines(_explained(withheld, arguments.text))
    return 0


def contents(
    mlruns: Path, text: str | None, *, only_open: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Yields name and content of every file of the archive except the manifest.

    Args:
        mlruns: folder of the store.
        text: requested form of the answers, see `clue.outgoing.text_mode`.
        only_open: leave out the cells of credentialed data.

    Raises:
        StoreError: there is no such store, or a table of it is damaged.
    """
    yield FORMAT_FILE, DECLARATION  # not the store's own: the tables are written anew
    run_ids = set()
    addresses: list[Address] = []
    for generation in generations(mlruns):
        tables = {path: read_table(path, verify=True) for path in generation.tables()}
        leaving = {path: t for path, t in tables.items() if not only_open or _is_open(t.facts)}
        for path, table in leaving.items():
            run_ids.add(table.facts.get("run_id"))
            addresses += [generation.address, table_address(path)]
            yield str(path.relative_to(mlruns)), table_bytes(redacted(table, text))
        description = generation.description
        if leaving and description.exists():
            yield str(description.relative_to(mlruns)), description.read_bytes()
    for run_id, content in exported_runs(mlruns, os.environ.get("MLFLOW_TRACKING_URI")):
        if run_id in run_ids:
            yield f"runs/{run_id}.json", content
    annotations = annotations_file.read(mlruns).of(addresses)
    if annotations != Annotations():
        yield annotations_file.NAME, annotations_file.encode(annotations)
    report = mlruns / REPORT
    reported = [report / name for name in outgoing.report_files(report, text).passed]
    for path in [*freeze.files(mlruns), *reported]:
        yield str(path.relative_to(mlruns)), path.read_bytes()


def _is_open(facts: Mapping[str, Any]) -> bool:
    return bool(facts.get("access") == "open")


def _credentialed_tasks(mlruns: Path) -> set[str]:
    paths = (path for one in generations(mlruns) for path in one.tables())
    return {path.parts[-4] for path in paths if not _is_open(read_facts(path).facts)}


def _explained(withheld: Sequence[Path], text: str | None) -> str:
    """Returns the reason why files of the report are not in the archive, and the command."""
    names = ", ".join(map(str, withheld[:MAX_NAMES]))
    more = f" and {len(withheld) - MAX_NAMES} more" if len(withheld) > MAX_NAMES else ""
    return (
        f"left out, because they may show answers that stay here: {names}{more} in {REPORT}/. "
        f"Repeat the analysis {'with text=none' if text else 'without text=full'}, then export "
        "again: its report passes"
    )


def redacted(table: RecordsTable, text: str | None) -> RecordsTable:
    """Returns the table with its texts as they may leave the machine."""
    mode = text or ("full" if _is_open(table.facts) else "hash")
    if mode == "full":
        return table
    rows = [outgoing.masked(record.row(), mode) for record in table.records]
    # a record's text is never null: an omitted answer is empty
    records = [Record.from_row({**row, "text": row["text"] or ""}) for row in rows]
    return replace(table, records=records, facts={**table.facts, "text": mode})


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """Returns a zip file, the same bytes for the same files."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = json.dumps(sums, indent=1).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [(MANIFEST, manifest), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
