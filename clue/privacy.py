"""Privacy of credentialed data: their text goes to no other machine and no shared tracking server.

PhysioNet's rule of 24 September 2025: credentialed data go to no third-party service unless zero
retention was verified; outputs that restate a note fall under the same agreement.
"""

import ipaddress
import re
import traceback
from urllib.parse import urlsplit

from clue.config.schema import PrivacyConf
from clue.errors import PrivacyError


def is_local(address: str | None) -> bool:
    """Tests if an address (tracking URI, endpoint) is on this machine; None is this process.

    A tunnel from a local port to another machine counts as local.
    """
    if address is None:
        return True
    parts = urlsplit(address)
    if parts.scheme in ("sqlite", "file") or address.startswith(("/", ".")):
        return True
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_endpoint(endpoint: str | None, access: str, dataset: str, conf: PrivacyConf) -> None:
    """Refuses to send text of credentialed data to an endpoint that is not trusted.

    Raises:
        PrivacyError: the endpoint is remote and not trusted; names the settings that allow it.
    """
    if access == "open" or is_local(endpoint):
        return
    if conf.allow_remote and _origin(endpoint) in map(_origin, conf.trusted_endpoints):
        return
    raise PrivacyError(
        f"{dataset} is credentialed and {_origin(endpoint)} is not this machine: its text is not "
        "sent there. Run the model locally, or, if the data use agreement allows this endpoint "
        "(zero retention, verified), set privacy.allow_remote=true and "
        f"'privacy.trusted_endpoints=[{_origin(endpoint)}]'."
    )


def check_printed(access: str, dataset: str) -> None:
    """Refuses to print text of credentialed data: output is copied into logs, chats and issues.

    Args:
        access: of the data, `open` or `credentialed`.
        dataset: name, for the message.

    Raises:
        PrivacyError: the data are credentialed; names the data that may be printed.
    """
    if access == "open":
        return
    raise PrivacyError(
        f"{dataset} is credentialed: its text is not printed. Print fictional data, whose prompts "
        "have the same form (--data demo); a table of your own that is open says `access: open` in "
        "its task file"
    )


def describe_unexpected(error: Exception, access: str) -> tuple[str, str]:
    """Returns the message and the traceback of an error that is no `ClueError`.

    For credentialed data the message of a library is left out, because it may quote the text that
    the library could not process. Messages of the system and of torch stay.
    """
    if access == "open" or isinstance(error, (OSError, MemoryError, RuntimeError)):
        trace = "".join(traceback.format_exception(error))
        return f"{type(error).__name__}: {error}", trace
    frames = traceback.extract_tb(error.__traceback__)
    origin = f"{type(error).__name__} in {frames[-1].filename}, line {frames[-1].lineno}"
    return f"{origin} (its words are left out: they may quote credentialed text)", "".join(
        traceback.format_list(frames)
    )


def without_passwords(text: str) -> str:
    """Returns the text with user and password removed from its addresses."""
    return re.sub(r"(?<=://)[^/\s]+@", "", text)


def _origin(address: str | None) -> str:
    """Returns scheme, host and port, without path and password."""
    parts = urlsplit(address or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
