"""Shared by tests of downloads: a body, quick retries, one download."""

from collections.abc import Callable
from pathlib import Path

from clue.common.retry import RetryPolicy
from clue.data.download.download import Downloader
from clue.data.download.http import RemoteFile
from clue.data.download.login import Login
from clue.data.download.partial_file import PartialFile

FAST_RETRIES = RetryPolicy(tries=3, first_wait=0.001, longest_wait=0.002, longest_retry_after=1)
BODY = bytes(range(256)) * 40
ONE, TWO = '"one"', '"two"'
PASSWORD = "kaninchen-früh-7"

Fetch = Callable[..., int]
"""The command's arguments to its exit code."""


def source(url: str, login: Login | None = None) -> RemoteFile:
    return RemoteFile(url, "the page", "`the command`", login)


def download(url: str, target: Path, login: Login | None = None) -> bytes:
    with PartialFile(target) as part:
        Downloader(FAST_RETRIES).download(source(url, login), part)
        part.finish()
    return target.read_bytes()
