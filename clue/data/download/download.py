"""One file over HTTP: continued where it was cut, never put together from two versions."""

import logging
from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError

from clue.common.progress import showing
from clue.common.retry import Patience, Transient, patiently
from clue.data.download.http import NotThere, Session, Source, answer
from clue.data.download.partial_file import Part, Version, continues

log = logging.getLogger(__name__)

CHUNK_BYTES = 2**18


class Client:
    """Downloads one file after the other over one session."""

    def __init__(self, patience: Patience) -> None:
        self.session = Session()
        self.patience = patience

    def text(self, source: Source) -> str | None:
        """A small text file; None if the server has none (404).

        Raises:
            DataError: as `download`.
        """

        def attempt() -> str:
            with answer(self.session, source, {}) as response:
                return b"".join(_chunks(response)).decode("utf-8", "replace")

        try:
            return patiently(source.url, self.patience, attempt)
        except NotThere:
            return None

    def download(self, source: Source, part: Part) -> None:
        """Fill the part to the end of the file.

        Raises:
            DataMissing: the server refuses, cannot be reached, or cuts the connection each time.
            DataError: a web page came instead of the file.
            StoreError: the disk is full.
        """
        patiently(part.target.name, self.patience, lambda: self._attempt(source, part))

    def _attempt(self, source: Source, part: Part) -> None:
        noted = part.version(source.url)
        if noted and noted.length == part.size:
            return
        headers = {}
        if noted and noted.validator:
            headers = {"Range": f"bytes={part.size}-", "If-Range": noted.validator}
        try:
            with answer(self.session, source, headers) as response:
                total = self._prepare(source, part, response)
                with showing(part.target.name, part.size, total) as tick:
                    for chunk in _chunks(response):
                        part.write(chunk)
                        tick(part.size)
        except Transient as problem:
            problem.advice = f"{problem.advice} {part.kept(source.url)}".strip()
            raise
        if total is not None and part.size < total:
            raise Transient("the connection was cut", part.kept(source.url))

    def _prepare(self, source: Source, part: Part, response: requests.Response) -> int | None:
        """Continue the part or begin it again; returns the bytes of the whole file, if known."""
        noted, version = part.version(source.url), Version.of(source.url, response)
        if response.status_code == 200:
            if noted:
                changed = not noted.agrees(version)
                why = "the file has changed" if changed else "the server cannot continue"
                log.warning("%s: %s, from the beginning again", part.target.name, why)
            part.begin(version)
        elif not noted or not noted.agrees(version) or not continues(response, part.size):
            part.begin(Version(source.url, None, None, None))
            raise Transient("the file has changed on the server", "", asked=0)
        else:
            log.info("%s: going on after %d bytes", part.target.name, part.size)
        if version.length is not None:
            part.check_room(version.length - part.size)
        return version.length


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(CHUNK_BYTES, decode_content=False)
    except HTTPError as error:
        raise Transient("the connection was cut", "") from error
