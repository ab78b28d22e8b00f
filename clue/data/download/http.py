"""Asking a server for a file, and what its answers mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

import clue
from clue.common.retry import Transient, retry_after
from clue.data.download.login import Login
from clue.errors import DataError, DataMissing

CONNECT_SECONDS, READ_SECONDS = 10, 60


class NotThere(DataMissing):
    """The server knows no such file (404)."""


class WrongLogin(DataMissing):
    """The server does not take this name with this password (401)."""


@dataclass(frozen=True)
class Source:
    """A file on a server."""

    url: str
    page: str
    """Where access is applied for, and where a newer version would be announced."""
    by_hand: str
    """A command that gets the files of the release without this program."""
    login: Login | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Name of the server."""
        return urlsplit(self.url).hostname or self.url


class Session(requests.Session):
    """Gives a password to the host that it is for, whatever that host redirects to."""

    def __init__(self) -> None:
        super().__init__()
        # Compressed on the way, a file's bytes could be neither counted nor resumed.
        self.headers["Accept-Encoding"] = "identity"
        self.headers["User-Agent"] = f"clue-study/{clue.__version__}"

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Drop the login at a redirect to another host; requests would look for one in netrc."""
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            prepared_request.headers.pop("Authorization", None)


@contextmanager
def answer(
    session: requests.Session, source: Source, headers: Mapping[str, str]
) -> Iterator[requests.Response]:
    """The open answer to a request: 200, or 206 or 416 where a range was asked for.

    Raises:
        Transient: no connection, or a server that is busy.
        DataMissing: the server refuses, each cause with its next step.
        DataError: a web page came instead of the file.
    """
    with _connecting(source):
        response = session.get(
            source.url,
            headers=dict(headers),
            auth=source.login.sign if source.login else _anonymous,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
    with response:
        if response.status_code in (408, 429) or response.status_code >= 500:
            raise Transient(
                f"{source.host} answers {response.status_code}",
                "Run the same command later.",
                retry_after(response),
            )
        if response.status_code not in (200, 206, 416):
            raise _refusal(response.status_code, source)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if page and response.status_code != 416:  # whose text says that nothing is left to send
            raise web_page(source)
        yield response


def web_page(source: Source) -> DataError:
    """A page came instead of the file, with status 200 too."""
    return DataError(
        f"{source.url} gave a web page, not the file: a login page, or the portal of a network in "
        f"between. Open {source.page} in a browser on this network, then run the same command"
    )


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No login; without it, requests would look for one in netrc."""
    return request


@contextmanager
def _connecting(source: Source) -> Iterator[None]:
    offline = (
        "Without a network (or HTTPS_PROXY, if there is a proxy) run this where there is one: "
        f"{source.by_hand}"
    )
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise DataMissing(
            f"the certificate of {source.host} is not accepted. If a proxy opens encrypted "
            "connections here, name its certificate with REQUESTS_CA_BUNDLE=<file>"
        ) from error
    except requests.exceptions.ProxyError as error:
        raise Transient("the proxy (HTTPS_PROXY) gives no connection", offline) from error
    except requests.Timeout as error:
        raise Transient(f"{source.host} does not answer", offline) from error
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise Transient(f"no connection to {source.host} ({_root(error)})", offline) from error
    except requests.RequestException as error:
        raise DataMissing(f"{source.url}: {type(error).__name__}; see {source.page}") from error


def _refusal(status: int, source: Source) -> DataMissing:
    if status == 401:
        who = source.login.user if source.login else "nobody"
        return WrongLogin(
            f"{source.host} does not take the name {who} with this password (401). Check both by "
            f"logging in at {source.page}, then run the same command"
        )
    if status == 403 and source.login:
        return DataMissing(
            f"{source.host} does not give {source.login.user} this release (403). Sign the data "
            f"use agreement at the bottom of {source.page}, then run the same command. If it is "
            "signed and your training is valid: the server takes passwords from some programs "
            f"only, wget is one: {source.by_hand}; then run the same command, which checks the "
            "files"
        )
    if status == 404:
        return NotThere(
            f"{source.url} is not there (404): moved or withdrawn. Look for it at {source.page} "
            "and put it into its folder, or report it to this project"
        )
    return DataMissing(
        f"{source.host} refuses {source.url} ({status}). A proxy or firewall may do that: open "
        f"{source.page} in a browser, or try {source.by_hand}"
    )


def _root(error: BaseException | None) -> str:
    """The system's word for it; the library's texts may hold a proxy's password."""
    found = "cut"
    while error is not None:
        found = getattr(error, "strerror", None) or found
        error = error.__cause__ or error.__context__
    return found
