"""Login at a server: from a netrc file, otherwise typed; never from an argument."""

import getpass
import logging
import netrc
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from requests import PreparedRequest
from requests.auth import HTTPBasicAuth

from clue.common.paths import expanded
from clue.errors import ConfigError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Login:
    """Name and password; no message shows the password."""

    user: str
    password: str = field(repr=False)

    def sign(self, request: PreparedRequest) -> PreparedRequest:
        """Adds name and password to a request (RFC 7617, UTF-8)."""
        return HTTPBasicAuth(self.user.encode(), self.password.encode())(request)


def find_login(host: str, user: str | None) -> Login:
    """Returns the netrc entry of exactly this host, otherwise asks for the password.

    The netrc entry `default` is ignored: it would give a password to hosts it is not meant for.

    Args:
        host: name without port.
        user: name of the account; None: the one in netrc.

    Raises:
        ConfigError: there is no name, or no terminal to ask for the password.
    """
    entry = _netrc_entry(host)
    if entry and user in (None, entry.user):
        return entry
    netrc_line = f"a line `machine {host} login NAME password ...` in {_netrc_path()} (chmod 600)"
    if user is None:
        raise ConfigError(f"{host} needs a login: add --user NAME, or put {netrc_line}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return Login(user, getpass.getpass(f"Password of {user} at {host}: "))
    except (getpass.GetPassWarning, EOFError, OSError) as error:
        raise ConfigError(
            f"there is no terminal to ask for the password of {user}; put {netrc_line}"
        ) from error


def _netrc_path() -> Path:
    return expanded(os.environ.get("NETRC", "~/.netrc"))


def _netrc_entry(host: str) -> Login | None:
    path = _netrc_path()
    if not path.is_file():
        return None
    try:
        entry = netrc.netrc(str(path)).hosts.get(host)
    except netrc.NetrcParseError as error:  # the error's text may quote a password
        raise ConfigError(f"{path}: line {error.lineno} is no valid netrc line") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {type(error).__name__}") from None
    if entry and path.stat().st_mode & 0o077:
        log.warning("%s can be read by others: chmod 600 %s", path, path)
    return Login(entry[0], entry[2]) if entry else None
