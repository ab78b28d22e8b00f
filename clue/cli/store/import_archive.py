"""`python -m clue store import`: copy the cells of an archive into this store.

Files with equal content are kept; one that differs is refused; nothing is overwritten. Choices and
notes of the archive are added to those of this store; where both have one, this store's is kept.
"""

import argparse
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from clue.cli.store import mlflow_runs
from clue.cli.store.export import MANIFEST
from clue.common.atomic_write import write_atomic
from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.annotations import Annotations, merged
from clue.store.format import FORMAT_FILE, declare_format, parse_format
from clue.store.records_table import read_table, written_digest
from clue.study import freeze

HELP = "read an archive that `export` wrote"

NAME = r"(?!\.)[^/\\]+"
"""Name of a task, model or study: a single folder, never one above."""
CELLS = re.compile(
    rf"^cells/{NAME}/{NAME}/[0-9a-f]{{16}}/(cell\.json|records-[0-9a-f]{{1,16}}\.parquet)$"
)
"""Files of an archive that keep their name in the store."""
REPORT = re.compile(rf"^analysis(/{NAME})+$")
"""The report; it is written to `imported/<name of the archive>/`, next to the store's own."""
RUNS = re.compile(r"^runs/[0-9a-f]+\.json$")
STUDIES = re.compile(rf"^{freeze.FOLDER}/{NAME}/[1-9][0-9]*\.json$")
"""Frozen declarations; they keep their name, too."""
FORMAT = re.compile(rf"^{re.escape(FORMAT_FILE)}$")
ANNOTATIONS = re.compile(rf"^{re.escape(annotations_file.NAME)}$")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("archive", help="file that `python -m clue store export` wrote")


def run(arguments: argparse.Namespace) -> int:
    """Import files, then create the runs; prints the number of each."""
    mlruns = Path(arguments.mlruns).expanduser().resolve()
    archive = Path(arguments.archive).expanduser()
    files = read_archive(archive)
    annotations = _annotations(archive, files)
    declare_format(mlruns)
    new = [name for name, content in files.items() if _write(mlruns, archive, name, content)]
    for line in _merge(mlruns, annotations):
        print(line)
    runs = sum(_import_run(files[name], mlruns) for name in files if RUNS.match(name))
    print(f"{len(new)} new files of {len(files)}, {runs} new runs in {mlruns}")
    return 0


def read_archive(archive: Path) -> dict[str, bytes]:
    """Returns name and content of every file of an archive, checked against the manifest.

    Raises:
        StoreError: the file is no such archive, is damaged, contains a file that no export writes,
            or has a format that is newer than this version.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            if FORMAT_FILE in opened.namelist():  # first: a newer format may have other files
                parse_format(opened.read(FORMAT_FILE), f"{archive}, {FORMAT_FILE},")
            sums = json.loads(opened.read(MANIFEST))
            files = {name: opened.read(name) for name in sums}
            strange = set(opened.namelist()) - set(sums) - {MANIFEST}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise StoreError(
            f"{archive} is no archive of `python -m clue store export`, or is incomplete: {error}"
        ) from error
    forms = (CELLS, REPORT, RUNS, FORMAT, ANNOTATIONS, STUDIES)
    strange |= {name for name in files if not any(form.match(name) for form in forms)}
    damaged = {n for n, content in files.items() if hashlib.sha256(content).hexdigest() != sums[n]}
    if strange or damaged:
        names = ", ".join(sorted(strange | damaged)[:5])
        raise StoreError(
            f"{archive}: {names} {'is damaged' if damaged else 'is in no archive of this project'};"
            " nothing was imported. Export it again."
        )
    return files


def _write(mlruns: Path, archive: Path, name: str, content: bytes) -> bool:
    """Write a file of a cell or a report; returns True if it is new."""
    if RUNS.match(name) or FORMAT.match(name) or ANNOTATIONS.match(name):
        return False
    path = mlruns / name
    if REPORT.match(name):
        path = mlruns / "imported" / archive.stem / Path(name).relative_to("analysis")
    if not path.exists():
        write_atomic(path, content)
        return True
    if not _is_stored(path, name, content):
        raise StoreError(
            f"{path} exists and differs from the archive's file; it was not changed. Import into "
            "another store: --mlruns <empty folder>"
        )
    return False


def _is_stored(path: Path, name: str, content: bytes) -> bool:
    """Tests if a file has the content, for a table of a cell in any format."""
    if path.read_bytes() == content:
        return True
    is_table = CELLS.match(name) is not None and path.suffix == ".parquet"
    return is_table and read_table(path).sha256 == written_digest(content)


def _annotations(archive: Path, files: Mapping[str, bytes]) -> Annotations:
    """Choices and notes of an archive; read before anything is written."""
    content = files.get(annotations_file.NAME)
    name = f"{archive}: {annotations_file.NAME}"
    return Annotations() if content is None else annotations_file.decode(content, name)


def _merge(mlruns: Path, imported: Annotations) -> list[str]:
    """Add choices and notes to those of this store; returns a line for each that is not taken."""
    refused: list[str] = []

    def both(own: Annotations) -> Annotations:
        result, conflicts = merged(own, imported)
        refused.extend(conflicts)
        return result

    if imported != Annotations():
        annotations_file.update(mlruns, both)
    return refused


def _import_run(content: bytes, mlruns: Path) -> int:
    """Returns 1 if the run was created, 0 if its cell has a run in this store."""
    run: Mapping[str, object] = json.loads(content)
    return mlflow_runs.import_run(run, mlruns, os.environ.get("MLFLOW_TRACKING_URI"))
