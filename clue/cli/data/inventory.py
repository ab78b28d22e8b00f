"""Inventory of a data folder: the state of every split of every data set and every own table."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from clue.cli.data import check
from clue.config.schema import TaskConf
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import ConfigError, DataError, DataMissing
from clue.task import table, task_files


@dataclass(frozen=True)
class FileStatus:
    """Expected and actual properties of the file of one split."""

    dataset: str
    split: str
    version: str
    access: str
    licence: str
    page: str
    """Web page on which access is granted."""
    official_rows: int | None
    """None: unknown."""
    needed: bool
    """True if `--need` requires the file."""
    path: str
    """Actual path, or the official one if the file is missing."""
    state: Literal["found", "missing", "malformed"] = "missing"
    bytes: int | None = None
    sha256: str | None = None
    rows: int | None = None
    note: str = ""
    """Problem of the file; empty: none."""


def files(root: Path, needed: Collection[str], cache: Path) -> Iterator[FileStatus]:
    """Yields the files of all data sets and tables; reads each to its end unless `cache` has it.

    Args:
        root: the data folder.
        needed: data sets whose test split is needed.
        cache: folder for results of checks.
    """
    for official in DATASETS.values():
        dataset = _fictional(official) if root == DEMO else official
        for split in dataset.files:
            missing = _missing(dataset, split, root)
            is_needed = dataset.name in needed and split in dataset.test_splits
            yield replace(_status(missing, dataset, root, cache), needed=is_needed)
    for conf in map(task_files.load, task_files.names()):
        if conf.is_table:
            yield from _table_files(conf, root, needed, cache)


def _status(missing: FileStatus, dataset: Dataset, root: Path, cache: Path) -> FileStatus:
    try:
        path = locate(dataset, missing.split, root)
    except DataMissing:
        return missing
    status = _checked(missing, path, partial(check.check_file, dataset, missing.split, path, cache))
    official = dataset.sha256.get(missing.split, status.sha256)
    if status.state == "found" and status.sha256 != official:
        return replace(status, note=f"not the official file of sha256 {official}")
    return status


def _table_files(
    conf: TaskConf, root: Path, needed: Collection[str], cache: Path
) -> Iterator[FileStatus]:
    """Yields the files of a table; the note of a missing one names both places."""
    dataset = table.dataset(conf)
    for split in dataset.files:
        is_needed = dataset.name in needed and split == "test"
        missing = replace(_missing(dataset, split, root), needed=is_needed)
        try:
            path = table.locate(conf, split, root)
        except DataMissing as error:
            yield replace(missing, note=str(error))
            continue
        yield _checked(missing, path, partial(check.check_table, conf, path, cache))


def _checked(
    missing: FileStatus, path: Path, content_of: Callable[[], check.FileContent]
) -> FileStatus:
    """Returns the status of a file that is there: found, or malformed with the reason."""
    status = replace(missing, path=str(path), state="malformed")
    try:
        content = content_of()
    except (DataError, ConfigError) as error:
        return replace(status, note=str(error))
    status = replace(status, bytes=content.bytes, sha256=content.sha256)
    if content.error:
        return replace(status, note=content.error)
    return replace(status, state="found", rows=content.rows)


def _missing(dataset: Dataset, split: str, root: Path) -> FileStatus:
    return FileStatus(
        dataset=dataset.name,
        split=split,
        version=dataset.version,
        access=dataset.access,
        licence=dataset.licence,
        page=dataset.page,
        official_rows=dataset.rows.get(split),
        needed=False,
        path=str(root / dataset.name / dataset.files[split]),
    )


def _fictional(dataset: Dataset) -> Dataset:
    """Describes the package's own data in the format of the release."""
    demo = replace(dataset, version="fictional", access="open", licence="Apache-2.0")
    return replace(demo, page="", rows={}, sha256={})
