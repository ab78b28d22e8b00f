"""Verification of a downloaded file against its release."""

import logging
from pathlib import Path

from clue.cli.data import check
from clue.common.file_cache import checksum
from clue.common.plural import counted
from clue.data.download.http import RemoteFile, web_page_error
from clue.data.download.partial_file import PartialFile
from clue.data.registry import Dataset
from clue.errors import DataError

log = logging.getLogger(__name__)


def verify(
    part: PartialFile, dataset: Dataset, split: str, source: RemoteFile, sha256: str | None
) -> str:
    """Checks the complete file; returns the kind of check.

    Raises:
        DataError: it is a web page, or not the release.
    """
    if _is_web_page(part.path):
        raise web_page_error(source)
    advice = (
        "the file is deleted. It was damaged in transit, or the server has another version: run "
        f"the same command again, then look at {source.page}"
    )
    if sha256:
        problem = sha256_difference(sha256, checksum(part.path))
        if problem:
            raise DataError(f"{source.url}: {problem}; {advice}")
        return "sha256 as published"
    try:
        rows = check.count_rows(dataset, split, part.path)
    except DataError as error:
        problem = str(error).replace(str(part.path), source.url)
        raise DataError(f"{problem}; {advice}") from error
    official = dataset.rows.get(split, rows)
    if rows != official:
        log.warning("%s has %d rows, officially there are %d", source.url, rows, official)
    return f"{counted(rows, 'row')}, no sha256 is published"


def sha256_difference(expected: str | None, actual: str) -> str:
    """Describes a wrong checksum; empty if it is right or no checksum is expected."""
    return f"its sha256 is {actual}, not {expected}" if expected not in (None, actual) else ""


def _is_web_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(512).lstrip().lower().startswith((b"<!doctype html", b"<html"))
