"""Trying again: how often, and how long to wait between."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from clue.errors import DataMissing

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """Bounds of trying again; waits in seconds."""

    tries: int = 6
    first: float = 1.0
    """Then twice as long each time."""
    longest: float = 60.0
    asked: float = 600.0
    """Longest wait that a server may ask for (Retry-After)."""


class Transient(Exception):
    """Another try may help."""

    def __init__(self, what: str, advice: str, asked: float | None = None) -> None:
        super().__init__(what)
        self.advice = advice
        """What to do when trying did not help."""
        self.asked = asked
        """Seconds that the server wants to be left alone; None: it does not say."""


def patiently(name: str, patience: Patience, attempt: Callable[[], T]) -> T:
    """The result of the first try that succeeds.

    Raises:
        DataMissing: no try did, or the server wants to be left alone for longer than we wait.
    """
    for number in range(patience.tries):
        try:
            return attempt()
        except Transient as problem:
            last = problem
        pause = _pause(last, number, patience)
        if number + 1 < patience.tries:
            log.warning("%s: %s; again in %.0f s", name, last, pause)
            time.sleep(pause)
    raise DataMissing(f"{last}, {patience.tries} times. {last.advice}") from last


def _pause(problem: Transient, number: int, patience: Patience) -> float:
    if problem.asked is None:
        return min(patience.first * 2.0**number, patience.longest) * random.uniform(0.8, 1.0)
    if problem.asked > patience.asked:
        raise DataMissing(
            f"{problem} and asks to come back in {problem.asked:.0f} s: run the same command then"
        ) from problem
    return problem.asked


def retry_after(response: requests.Response) -> float | None:
    """Seconds that the header Retry-After asks for, in either of its two forms; None = none."""
    value = response.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(value) if value else None
    except InvalidHeader:
        return None
