"""Who may see text of credentialed data: not another machine, not a shared tracking server.

PhysioNet's rule of 24 September 2025: credentialed data go to no third-party service unless zero
retention was verified; outputs that restate a note fall under the same agreement.
"""

import ipaddress
import re
import traceback
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from clue.config.schema import PrivacyConf
from clue.errors import PrivacyError
from clue.records import Record, sha256

TEXTS = ("text", "answer")
"""Columns of a record that may restate a note."""


def is_local(address: str | None) -> bool:
    """Whether an address (tracking URI, endpoint) is this machine; no address is this process.

    A tunnel from a local port is taken for what it looks like.
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
    """Refuse to send text of credentialed data to an endpoint that nobody vouched for.

    Raises:
        PrivacyError: names data set, endpoint and the settings that would allow it.
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


def text_mode(wished: str | None, access: str, tracking_uri: str | None) -> str:
    """What a record table holds of texts: `full`, `hash` or `none`.

    Unless a mode is asked for: hashes where the data are credentialed and the tracking server is
    another machine, else everything.
    """
    if wished is not None:
        return wished
    return "full" if access == "open" or is_local(tracking_uri) else "hash"


def rows(records: Sequence[Record], mode: str) -> list[dict[str, Any]]:
    """Rows of the record table; texts as they are, as digests (equal texts stay equal), or null."""
    return [shown(record.row(), mode) for record in records]


def shown(row: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """A record's row with its texts as they are, as digests, or null."""
    made = dict(row)
    for name in TEXTS if mode != "full" else ():
        known = mode == "hash" and row[name] is not None
        made[name] = f"sha256:{sha256(row[name])}" if known else None
    return made


def unforeseen(error: Exception, access: str) -> tuple[str, str]:
    """What is told of an error that is not ours, and its traceback.

    Of credentialed data its words are left out, unless the system or torch said them: a library
    may quote the text that it could not take.
    """
    if access == "open" or isinstance(error, (OSError, MemoryError, RuntimeError)):
        trace = "".join(traceback.format_exception(error))
        return f"{type(error).__name__}: {error}", trace
    frames = traceback.extract_tb(error.__traceback__)
    said = f"{type(error).__name__} in {frames[-1].filename}, line {frames[-1].lineno}"
    return f"{said} (its words are left out: they may quote credentialed text)", "".join(
        traceback.format_list(frames)
    )


def without_passwords(text: str) -> str:
    """Text whose addresses name no user and no password."""
    return re.sub(r"(?<=://)[^/\s]+@", "", text)


def _origin(address: str | None) -> str:
    """Scheme, host and port: neither a path nor a password."""
    parts = urlsplit(address or "")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
