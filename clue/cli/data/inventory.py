"""Inventory of a data folder: the state of every split of every data set."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from clue.cli.data import check
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import DataError, DataMissing


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
    """Yields the files of all data sets; reads each to its end unless its check is in `cache`.

    Args:
        root: the data folder.
        needed: data sets whose test split is needed.
        cache: folder for results of checks.
    """
    for official in DATASETS.values():
        dataset = _fictional(official) if root == DEMO else official
        for split in dataset.files:
            missing = _missing(dataset, split, root)
            is_needed = dataset.name in needed and split == "test"
            yield replace(_status(missing, dataset, root, cache), needed=is_needed)


def _status(missing: FileStatus, dataset: Dataset, root: Path, cache: Path) -> FileStatus:
    try:
        path = locate(dataset, missing.split, root)
    except DataMissing:
        return missing
    status = replace(missing, path=str(path), state="malformed")
    try:
        content = check.check_file(dataset, missing.split, path, cache)
    except DataError as error:
        return replace(status, note=str(error))
    status = replace(status, bytes=content.bytes, sha256=content.sha256)
    if content.error:
        return replace(status, note=content.error)
    official = dataset.sha256.get(missing.split, content.sha256)
    note = "" if content.sha256 == official else f"not the official file of sha256 {official}"
    return replace(status, state="found", rows=content.rows, note=note)


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
