"""What tests of downloads share: a body, little patience, one download."""

from collections.abc import Callable
from pathlib import Path

from clue.common.retry import Patience
from clue.data.download.download import Client
from clue.data.download.http import Source
from clue.data.download.login import Login
from clue.data.download.partial_file import Part

IMPATIENT = Patience(tries=3, first=0.001, longest=0.002, asked=1)
BODY = bytes(range(256)) * 40
ONE, TWO = '"one"', '"two"'
PASSWORD = "kaninchen-früh-7"

Fetch = Callable[..., int]
"""The command's arguments to its exit code."""


def source(url: str, login: Login | None = None) -> Source:
    return Source(url, "the page", "`the command`", login)


def download(url: str, target: Path, login: Login | None = None) -> bytes:
    with Part(target) as part:
        Client(IMPATIENT).download(source(url, login), part)
        part.finish()
    return target.read_bytes()
