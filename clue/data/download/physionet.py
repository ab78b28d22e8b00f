"""Layout of a release on PhysioNet: its files, its page, its list of checksums."""

import re
import shlex
from pathlib import Path

from clue.data.registry import Dataset

_LAYOUT = re.compile(r"(?P<site>https?://[^/]+)/files/(?P<release>[^/]+/[^/]+)/(?P<path>.+)")


def release_page(dataset: Dataset, url: str) -> str:
    """Page on which access to the file is granted; MIMIC's files belong to two releases."""
    match = _LAYOUT.match(url)
    return f"{match['site']}/content/{match['release']}/" if match else dataset.page


def checksum_list(url: str) -> tuple[str, str] | None:
    """Address of the release's list of checksums, and the file's path in it; None if no list."""
    match = _LAYOUT.match(url)
    if match is None:
        return None
    return f"{match['site']}/files/{match['release']}/SHA256SUMS.txt", match["path"]


def parse_checksums(text: str) -> dict[str, str]:
    """Maps path to sha256 for the lines of a list by `sha256sum`; other lines are ignored."""
    rows = re.finditer(r"^(?P<sha256>[0-9a-f]{64}) [ *]?(?P<path>\S.*?)\r?$", text, re.MULTILINE)
    return {row["path"]: row["sha256"] for row in rows}


def wget_command(dataset: Dataset, url: str, folder: Path, user: str | None) -> str:
    """Command that gets the data set's files of the same release without this program."""
    page = release_page(dataset, url)
    addresses = [dataset.address(split) for split in dataset.files]
    same_release = [address for address in addresses if release_page(dataset, address) == page]
    files = " ".join(map(shlex.quote, same_release))
    target = shlex.quote(str(folder))
    if user is None:
        return f"`wget -c -P {target} {files}`"
    return f"`(umask 077 && wget -c -P {target} --user {shlex.quote(user)} --ask-password {files})`"
