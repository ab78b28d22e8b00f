"""Resumable download of one file over HTTP, never assembled from two versions."""

import logging
from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError

from clue.common.progress import file_display
from clue.common.retry import RetriesExhausted, RetryPolicy, TransientError, retry
from clue.data.download.http import DownloadSession, FileNotOnServer, RemoteFile, open_response
from clue.data.download.partial_file import PartialFile, RemoteVersion, continues_at
from clue.errors import DataMissing

log = logging.getLogger(__name__)

CHUNK_BYTES = 2**18


class Downloader:
    """Downloads one file after the other over one session."""

    def __init__(self, policy: RetryPolicy) -> None:
        self.session = DownloadSession()
        self.policy = policy

    def text(self, source: RemoteFile) -> str | None:
        """Returns a small text file; None if the server has none (404).

        Raises:
            DataError: as `download`.
        """

        def attempt() -> str:
            with open_response(self.session, source, {}) as response:
                return b"".join(_chunks(response)).decode("utf-8", "replace")

        try:
            return retry(source.url, self.policy, attempt)
        except FileNotOnServer:
            return None
        except RetriesExhausted as error:
            raise self._failure(error, "") from error

    def download(self, source: RemoteFile, part: PartialFile) -> None:
        """Completes a partial file.

        Raises:
            DataMissing: the server refuses, cannot be reached, or cuts the connection each time.
            DataError: the server sent a web page instead of the file.
            StoreError: the disk is full.
        """
        try:
            retry(part.target.name, self.policy, lambda: self._attempt(source, part))
        except RetriesExhausted as error:
            raise self._failure(error, part.how_to_resume(source.url)) from error

    def _failure(self, error: RetriesExhausted, how_to_resume: str) -> DataMissing:
        last, wait = error.last, error.last.retry_after
        if wait is not None and wait > self.policy.longest_retry_after:
            return DataMissing(f"{last} and asks to wait {wait:.0f} s: run the same command then")
        sentences = (f"{last}, {error.tries} times.", last.advice, how_to_resume)
        return DataMissing(" ".join(filter(None, sentences)))

    def _attempt(self, source: RemoteFile, part: PartialFile) -> None:
        stored = part.version(source.url)
        if stored and stored.length == part.size:
            return
        headers = {}
        if stored and stored.validator:
            headers = {"Range": f"bytes={part.size}-", "If-Range": stored.validator}
        with open_response(self.session, source, headers) as response:
            total = self._prepare(source, part, response)
            with file_display(part.target.name, total, part.size) as update:
                for chunk in _chunks(response):
                    part.write(chunk)
                    update(part.size)
        if total is not None and part.size < total:
            raise TransientError("the connection was cut")

    def _prepare(
        self, source: RemoteFile, part: PartialFile, response: requests.Response
    ) -> int | None:
        """Continues or restarts the partial file; returns the bytes of the complete file."""
        stored = part.version(source.url)
        version = RemoteVersion.of(source.url, response)
        if response.status_code == 200:
            if stored:
                changed = not stored.agrees(version)
                reason = "the file has changed" if changed else "the server cannot continue"
                log.warning("%s: %s, from the beginning again", part.target.name, reason)
            part.restart(version)
        elif not stored or not stored.agrees(version) or not continues_at(response, part.size):
            part.restart(RemoteVersion(source.url, None, None, None))
            raise TransientError("the file has changed on the server", retry_after=0)
        else:
            log.info("%s: continued after %d bytes", part.target.name, part.size)
        if version.length is not None:
            part.check_room(version.length - part.size)
        return version.length


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(CHUNK_BYTES, decode_content=False)
    except HTTPError as error:
        raise TransientError("the connection was cut") from error
