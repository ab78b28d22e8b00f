"""Checks of a downloaded file: no web page, the published checksum, or readable to the last row."""

import logging

from clue.cli.data import check
from clue.common.plural import counted
from clue.data.download.checksum import reject_web_page, reject_wrong_checksum
from clue.data.download.http import RemoteFile
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
    reject_web_page(part.path, source)
    advice = (
        "the file is deleted. It was damaged in transit, or the server has another version: run "
        f"the same command again, then look at {source.page}"
    )
    if sha256:
        reject_wrong_checksum(part.path, source, sha256, advice)
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
