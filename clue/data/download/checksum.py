"""Rejection of a download that is not the released file: a web page, or another checksum."""

from pathlib import Path

from clue.common.file_cache import checksum
from clue.data.download.http import RemoteFile, web_page_error
from clue.errors import DataError


def reject_web_page(path: Path, source: RemoteFile) -> None:
    """Rejects a page that a server sent in the place of a file.

    Raises:
        DataError: the file is a web page.
    """
    with path.open("rb") as file:
        if file.read(512).lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise web_page_error(source)


def reject_wrong_checksum(path: Path, source: RemoteFile, sha256: str, advice: str) -> None:
    """Compares a file with the published checksum.

    Raises:
        DataError: they differ; ends with the advice.
    """
    problem = sha256_difference(sha256, checksum(path))
    if problem:
        raise DataError(f"{source.url}: {problem}; {advice}")


def sha256_difference(expected: str | None, actual: str) -> str:
    """Describes a wrong checksum; empty if it is right or no checksum is expected."""
    return f"its sha256 is {actual}, not {expected}" if expected not in (None, actual) else ""
