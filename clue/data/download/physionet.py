"""How PhysioNet lays out a release: its files, the page of its terms, its list of checksums."""

import re
import shlex
from pathlib import Path

from clue.data.registry import Dataset

_LAYOUT = re.compile(r"(?P<site>https?://[^/]+)/files/(?P<release>[^/]+/[^/]+)/(?P<path>.+)")


def page(dataset: Dataset, url: str) -> str:
    """Where access to the file is granted; MIMIC's files belong to two releases."""
    found = _LAYOUT.match(url)
    return f"{found['site']}/content/{found['release']}/" if found else dataset.page


def checksums(url: str) -> tuple[str, str] | None:
    """Address of the release's list of checksums, and the file's path as it names it."""
    found = _LAYOUT.match(url)
    return (
        (f"{found['site']}/files/{found['release']}/SHA256SUMS.txt", found["path"])
        if found
        else None
    )


def listed(text: str) -> dict[str, str]:
    """Path to sha256 of every line that a list of `sha256sum` has."""
    rows = re.finditer(r"^(?P<sha256>[0-9a-f]{64}) [ *]?(?P<path>\S.*?)\r?$", text, re.MULTILINE)
    return {row["path"]: row["sha256"] for row in rows}


def by_hand(dataset: Dataset, url: str, folder: Path, user: str | None) -> str:
    """A command that gets the data set's files of the release without this program."""
    here = page(dataset, url)
    addresses = [dataset.address(split) for split in dataset.files]
    files = " ".join(shlex.quote(each) for each in addresses if page(dataset, each) == here)
    place = shlex.quote(str(folder))
    if user is None:
        return f"`wget -c -P {place} {files}`"
    return f"`(umask 077 && wget -c -P {place} --user {shlex.quote(user)} --ask-password {files})`"
