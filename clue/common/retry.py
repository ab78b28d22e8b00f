"""Retries with exponential back-off, on the library tenacity; Retry-After is respected."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

log = logging.getLogger(__name__)

T = TypeVar("T")

JITTER = 1.25
"""Upper bound of the random factor of a wait, whose lower bound is 1."""


@dataclass(frozen=True)
class RetryPolicy:
    """Number of tries and waits between them; waits in seconds, before jitter."""

    tries: int = 6
    first_wait: float = 1.0
    """The wait doubles after each try."""
    longest_wait: float = 60.0
    longest_retry_after: float = 600.0
    """A server that asks for a longer wait (Retry-After) ends the retries."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Ends the retries during a wait."""


class TransientError(Exception):
    """A failure that another try may overcome."""

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        *,
        status: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the server asks to wait; None: it does not ask."""
        self.status = status
        """HTTP status; None: there was no answer."""
        self.advice = advice
        """Next step for the user when all tries fail."""


class RetriesExhausted(Exception):
    """No try succeeded."""

    def __init__(self, last: TransientError, tries: int) -> None:
        super().__init__(f"{last}, tries: {tries}")
        self.last = last
        self.tries = tries


def retry(name: str, policy: RetryPolicy, attempt: Callable[[], T]) -> T:
    """Returns the result of the first try that succeeds.

    Args:
        name: operation, for the log; seeds the jitter of the waits.
        policy: bounds.
        attempt: one try; only a `TransientError` leads to another one.

    Raises:
        RetriesExhausted: no try succeeded, the server asks for too long a wait, or
            `policy.stop` was set during a wait.
    """
    jitter = random.Random(name)

    def wait(state: RetryCallState) -> float:
        asked_wait = _error(state).retry_after
        backoff = min(policy.first_wait * 2.0 ** (state.attempt_number - 1), policy.longest_wait)
        return (backoff if asked_wait is None else asked_wait) * jitter.uniform(1.0, JITTER)

    def is_last(state: RetryCallState) -> bool:
        is_too_long = (_error(state).retry_after or 0.0) > policy.longest_retry_after
        return is_too_long or state.attempt_number >= policy.tries

    def pause(state: RetryCallState) -> None:
        log.warning("%s: %s; again in %.1f s", name, _error(state), state.upcoming_sleep)
        if policy.stop.wait(state.upcoming_sleep):
            _give_up(state)

    return Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=is_last,
        wait=wait,
        before_sleep=pause,
        sleep=lambda seconds: None,  # `pause` waits: it can end the retries, `sleep` cannot
        retry_error_callback=_give_up,
    )(attempt)


def _error(state: RetryCallState) -> TransientError:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, TransientError)
    return error


def _give_up(state: RetryCallState) -> NoReturn:
    error = _error(state)
    raise RetriesExhausted(error, state.attempt_number) from error


def retry_after(response: requests.Response) -> float | None:
    """Returns the seconds of the header Retry-After, in either of its two forms; None if absent."""
    value = response.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(value) if value else None
    except InvalidHeader:
        return None
