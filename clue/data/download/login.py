"""Whose name and password a server gets: from a netrc file, else typed; never from an argument."""

import getpass
import logging
import netrc
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from requests import PreparedRequest
from requests.auth import HTTPBasicAuth

from clue.errors import ConfigError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Login:
    """A name and its password, which no message shows."""

    user: str
    password: str = field(repr=False)

    def sign(self, request: PreparedRequest) -> PreparedRequest:
        """Add name and password to a request (RFC 7617, UTF-8)."""
        return HTTPBasicAuth(self.user.encode(), self.password.encode())(request)


def login(host: str, user: str | None) -> Login:
    """The login for a host: the netrc entry of that very host, else the password is asked for.

    A netrc's `default` entry is left out: it would give a password to hosts it was not meant for.

    Args:
        host: name without port.
        user: whose login; none takes the netrc's.

    Raises:
        ConfigError: no name is given, or there is no terminal to ask on.
    """
    entry = _entry(host)
    if entry and user in (None, entry.user):
        return entry
    netrc_line = f"a line `machine {host} login NAME password ...` in {_file()} (chmod 600)"
    if user is None:
        raise ConfigError(f"{host} wants a login: add --user NAME, or put {netrc_line}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return Login(user, getpass.getpass(f"Password of {user} at {host}: "))
    except (getpass.GetPassWarning, EOFError, OSError) as error:
        raise ConfigError(
            f"there is no terminal to ask for {user}'s password on; put {netrc_line}"
        ) from error


def _file() -> Path:
    return Path(os.environ.get("NETRC", "~/.netrc")).expanduser()


def _entry(host: str) -> Login | None:
    path = _file()
    if not path.is_file():
        return None
    try:
        entry = netrc.netrc(str(path)).hosts.get(host)
    except netrc.NetrcParseError as error:  # its text may quote a password
        raise ConfigError(f"{path}: line {error.lineno} is not netrc") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}") from None
    if entry and path.stat().st_mode & 0o077:
        log.warning("%s can be read by others: chmod 600 %s", path, path)
    return Login(entry[0], entry[2]) if entry else None
