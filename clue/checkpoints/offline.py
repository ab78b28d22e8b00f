"""Reachability of the Hugging Face hub; without it the client library uses its cache only.

The client retries every file of an unreachable hub five times, which takes 25 seconds.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5.0
RECHECK_SECONDS = 60
"""A sweep must not lose all its models to a network that failed for a moment."""
SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Environment variables by which a user forbids to ask the hub."""


def check_hub() -> bool:
    """True if the hub answers; if not, the client library is switched to its cache.

    Sends at most one request per `RECHECK_SECONDS`.
    """
    if any(os.environ.get(name, "").upper() in ("1", "ON", "YES", "TRUE") for name in SWITCHES):
        return False
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    return _answers(endpoint, int(time.monotonic() // RECHECK_SECONDS))


@contextmanager
def local_files_only() -> Iterator[None]:
    """Forbids the client library to ask the hub, as the user's switch does."""
    from huggingface_hub import constants

    was_offline, switch = constants.HF_HUB_OFFLINE, os.environ.get(SWITCHES[0])
    constants.HF_HUB_OFFLINE, os.environ[SWITCHES[0]] = True, "1"
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = was_offline
        del os.environ[SWITCHES[0]]
        os.environ |= {} if switch is None else {SWITCHES[0]: switch}


@cache
def _answers(endpoint: str, interval: int) -> bool:
    from huggingface_hub import constants, get_session
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # httpx's or httpx2's

    constants.HF_HUB_OFFLINE = False  # otherwise the client refuses every request
    try:
        # the client's own session: its proxies and certificates are those of a download
        get_session().head(endpoint, timeout=TIMEOUT_SECONDS, follow_redirects=False)
    except (HTTPError, OSError) as error:
        log.warning(
            "%s does not answer (%s): only files on this machine are used",
            *(endpoint, type(error).__name__),
        )
        constants.HF_HUB_OFFLINE = True
    return not constants.HF_HUB_OFFLINE
