"""What lies in a data folder: every split of every data set, found, missing or malformed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from clue.cli.data import check
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import DataError, DataMissing


@dataclass(frozen=True)
class File:
    """What is known of the file of one split."""

    dataset: str
    split: str
    version: str
    access: str
    licence: str
    page: str
    """Where access is applied for."""
    official_rows: int | None
    """None where it is not known."""
    needed: bool
    """Whether the command was asked to insist on it."""
    path: str
    """Where it is, or was sought."""
    state: Literal["found", "missing", "malformed"] = "missing"
    bytes: int | None = None
    sha256: str | None = None
    rows: int | None = None
    note: str = ""
    """What is wrong with it; empty for nothing."""


def files(root: Path, needed: Collection[str], cache: Path) -> Iterator[File]:
    """The files of all data sets, each read to its end unless `cache` remembers it.

    Args:
        root: the data folder.
        needed: data sets whose test split is needed.
        cache: where to remember what was read.
    """
    for official in DATASETS.values():
        dataset = _fictional(official) if root == DEMO else official
        for split in dataset.files:
            blank = _blank(dataset, split, root)
            insist = dataset.name in needed and split == "test"
            yield replace(_looked_up(blank, dataset, root, cache), needed=insist)


def _looked_up(blank: File, dataset: Dataset, root: Path, cache: Path) -> File:
    try:
        path = locate(dataset, blank.split, root)
    except DataMissing:
        return blank
    found = replace(blank, path=str(path), state="malformed")
    try:
        measured = check.measure(dataset, blank.split, path, cache)
    except DataError as error:
        return replace(found, note=str(error))
    found = replace(found, bytes=measured.bytes, sha256=measured.sha256)
    if measured.error:
        return replace(found, note=measured.error)
    known = dataset.sha256.get(blank.split, measured.sha256)
    note = "" if measured.sha256 == known else f"not the official file, whose sha256 is {known}"
    return replace(found, state="found", rows=measured.rows, note=note)


def _blank(dataset: Dataset, split: str, root: Path) -> File:
    return File(
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
    """What the package has in the format of the release."""
    own = replace(dataset, version="fictional", access="open", licence="Apache-2.0")
    return replace(own, page="", rows={}, sha256={})
