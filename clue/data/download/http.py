"""HTTP requests for a file, and the errors that a server's answers mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

import clue
from clue.common.retry import TransientError, retry_after
from clue.data.download.login import Login
from clue.errors import DataError, DataMissing

CONNECT_SECONDS, READ_SECONDS = 10, 60


class FileNotOnServer(DataMissing):
    """The server has no such file (404)."""


class WrongLogin(DataMissing):
    """The server does not accept this name with this password (401)."""


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server."""

    url: str
    page: str
    """Web page on which access is granted and newer versions are announced."""
    wget_command: str
    """Command that gets the files of the release without this program."""
    login: Login | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Name of the server."""
        return urlsplit(self.url).hostname or self.url


class DownloadSession(requests.Session):
    """Sends a password to its own host only, also after a redirect."""

    def __init__(self) -> None:
        super().__init__()
        # A compressed transfer could be neither counted nor resumed.
        self.headers["Accept-Encoding"] = "identity"
        self.headers["User-Agent"] = f"clue-study/{clue.__version__}"

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Drops the login at a redirect to another host; requests would look for one in netrc."""
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            prepared_request.headers.pop("Authorization", None)


@contextmanager
def open_response(
    session: requests.Session, source: RemoteFile, headers: Mapping[str, str]
) -> Iterator[requests.Response]:
    """Opens the response to a request: 200, or 206 or 416 if the request has a range.

    Raises:
        TransientError: there is no connection, or the server is busy.
        DataMissing: the server refuses; the message gives the cause and the next step.
        DataError: the server sent a web page instead of the file.
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
            raise TransientError(
                f"{source.host} answers {response.status_code}",
                retry_after(response),
                status=response.status_code,
                advice="Run the same command later.",
            )
        if response.status_code not in (200, 206, 416):
            raise _refusal(response.status_code, source)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if page and response.status_code != 416:  # a 416 may come with a page
            raise web_page_error(source)
        yield response


def web_page_error(source: RemoteFile) -> DataError:
    """Error for a web page in place of the file, which may come with status 200."""
    return DataError(
        f"{source.url} gave a web page, not the file: a login page, or the portal of this network. "
        f"Open {source.page} in a browser on this network, then run the same command"
    )


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Adds no login; with `auth=None`, requests would look for one in netrc."""
    return request


@contextmanager
def _connecting(source: RemoteFile) -> Iterator[None]:
    offline = (
        "If this machine has no network (and no proxy in HTTPS_PROXY), run this on one that has: "
        f"{source.wget_command}"
    )
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise DataMissing(
            f"the certificate of {source.host} is not trusted. If a proxy decrypts connections "
            "here, name its certificate with REQUESTS_CA_BUNDLE=<file>"
        ) from error
    except requests.exceptions.ProxyError as error:
        raise TransientError(
            "the proxy (HTTPS_PROXY) gives no connection", advice=offline
        ) from error
    except requests.Timeout as error:
        raise TransientError(f"{source.host} does not answer", advice=offline) from error
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise TransientError(
            f"no connection to {source.host} ({_system_reason(error)})", advice=offline
        ) from error
    except requests.RequestException as error:
        raise DataMissing(f"{source.url}: {type(error).__name__}; see {source.page}") from error


def _refusal(status: int, source: RemoteFile) -> DataMissing:
    if status == 401:
        user = source.login.user if source.login else "nobody"
        return WrongLogin(
            f"{source.host} does not accept the name {user} with this password (401). Check both "
            f"by logging in at {source.page}, then run the same command"
        )
    if status == 403 and source.login:
        return DataMissing(
            f"{source.host} does not give {source.login.user} this release (403). Sign the data "
            f"use agreement at the bottom of {source.page}, then run the same command. If it is "
            "signed and your training is valid: the server accepts passwords from some programs "
            f"only, such as wget: {source.wget_command}; then run the same command, which checks "
            "the files"
        )
    if status == 404:
        return FileNotOnServer(
            f"{source.url} does not exist (404): it was moved or withdrawn. Look for the file at "
            f"{source.page} and put it into its folder, or report this to the project"
        )
    return DataMissing(
        f"{source.host} refuses {source.url} ({status}). A proxy or firewall may be the cause: "
        f"open {source.page} in a browser, or try {source.wget_command}"
    )


def _system_reason(error: BaseException | None) -> str:
    """Returns the system's own message; the library's may contain a proxy's password."""
    reason = "cut"
    while error is not None:
        reason = getattr(error, "strerror", None) or reason
        error = error.__cause__ or error.__context__
    return reason
