"""`python -m clue store import`: copy the cells of an archive into this store.

Files with equal content are kept; one that differs is refused; nothing is overwritten. Choices and
notes of the archive are added to those of this store; where both have one, this store's is kept.
"""

import argparse
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.cli.store import mlflow_runs
from clue.cli.store.archive import ANNOTATIONS, CELLS, FORMAT, REPORT, RUNS, STUDIES, read_archive
from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.common.console import print_lines
from clue.common.names import RULE, is_name, path_inside
from clue.common.paths import absolute_path, expanded
from clue.errors import StoreError
from clue.records import sha256
from clue.store import annotations_file
from clue.store.annotations import Annotations, merged
from clue.store.format import declare_format
from clue.store.records_table import read_table, written_digest
from clue.study import freeze


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("archive", help="file that `python -m clue store export` wrote")


def run(arguments: argparse.Namespace) -> int:
    """Import files, then create the runs; prints the number of each."""
    mlruns = absolute_path(arguments.mlruns)
    archive = expanded(arguments.archive)
    files = read_archive(archive)
    targets = _targets(mlruns, archive, files)
    annotations = _annotations(archive, files)
    runs = [
        mlflow_runs.decode(content, f"{archive}: {name}")
        for name, content in files.items()
        if RUNS.fullmatch(name)
    ]
    _check_contents(archive, {name: files[name] for name in targets}, runs, mlruns)
    new = [name for name, path in targets.items() if _is_new(path, name, files[name])]
    declare_format(mlruns)
    _place({targets[name]: files[name] for name in new})
    for line in _merge(mlruns, annotations):
        print_lines(line)
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    created = sum(mlflow_runs.import_run(exported, mlruns, uri) for exported in runs)
    print_lines(f"{len(new)} new files of {len(files)}, {created} new runs in {mlruns}")
    return 0


def _targets(mlruns: Path, archive: Path, names: Iterable[str]) -> dict[str, Path]:
    """Returns the path of each file of a cell, a study or a report, checked before any write.

    Raises:
        StoreError: the name of the archive cannot be a folder, or a path leads out of the store.
    """
    targets = {}
    for name in names:
        if RUNS.fullmatch(name) or FORMAT.fullmatch(name) or ANNOTATIONS.fullmatch(name):
            continue
        folders = name.split("/")
        if REPORT.fullmatch(name):
            if not is_name(archive.stem):
                raise StoreError(
                    f"{archive}: its report would be in a folder {archive.stem!r}: {RULE}. Rename "
                    "the archive, e.g. to study.zip; nothing was imported"
                )
            folders = ["imported", archive.stem, *folders[1:]]
        targets[name] = path_inside(mlruns, *folders)
    return targets


def _check_contents(
    archive: Path, files: Mapping[str, bytes], runs: Sequence[Mapping[str, Any]], mlruns: Path
) -> None:
    """Check what the files hold before the first is placed: a store never has half an archive.

    Raises:
        StoreError: a table, a description, a frozen study or a run of the archive is damaged.
    """
    for name, content in files.items():
        where = Path(f"{archive}: {name}")
        if STUDIES.fullmatch(name):
            freeze.decode(content, str(where))
        elif CELLS.fullmatch(name) and name.endswith(".parquet"):
            read_table(where, verify=True, content=content)
        elif CELLS.fullmatch(name):
            _check_description(name, content, archive)
    own = {path.name for path in mlruns.glob("cells/*/*/*/records-*.parquet")}
    known = own | {name.rpartition("/")[2] for name in files}
    for exported in runs:
        table = mlflow_runs.table_name(exported)
        if table not in known:
            raise StoreError(
                f"{archive}: the run {exported['name']!r} belongs to {table}, which the archive "
                "lacks; nothing was imported. Export it again."
            )


def _check_description(name: str, content: bytes, archive: Path) -> None:
    try:
        settings = json_text.parse(content)
        fits = sha256(settings).startswith(name.split("/")[-2])
    except ValueError:
        fits = False
    if not fits:
        raise StoreError(
            f"{archive}: {name} is not the description of its cell; nothing was imported. Export "
            "it again."
        )


def _place(contents: Mapping[Path, bytes]) -> None:
    """Write all files; after an error, none of them stays."""
    placed: list[Path] = []
    try:
        for path, content in contents.items():
            write_atomic(path, content)
            placed.append(path)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise


def _is_new(path: Path, name: str, content: bytes) -> bool:
    """Tests if a file of a cell, a study or a report is not in this store yet.

    Raises:
        StoreError: the store has another file in its place.
    """
    if not path.exists():
        return True
    if not _is_stored(path, name, content):
        raise StoreError(
            f"{path} exists and differs from the archive's file; it was not changed. Import into "
            "another store: --mlruns <empty folder>"
        )
    return False


def _is_stored(path: Path, name: str, content: bytes) -> bool:
    """Tests if a file has the content, for a table of a cell in any format."""
    if not path.is_file():
        return False
    if path.read_bytes() == content:
        return True
    is_table = CELLS.fullmatch(name) is not None and path.suffix == ".parquet"
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
