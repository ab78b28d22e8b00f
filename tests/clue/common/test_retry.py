import logging
import threading
from collections.abc import Callable

import pytest

from clue.common.retry import RetriesExhausted, RetryPolicy, TransientError, retry


class Waits(threading.Event):
    """Records the waits instead of waiting; set after `stop_after` of them."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self.stop_after = stop_after

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        return len(self.seconds) == self.stop_after


def failing(times: int, retry_after: float | None = None) -> Callable[[], str]:
    """An operation that fails so many times, then returns `done`."""
    failures = iter(range(times))

    def attempt() -> str:
        if next(failures, None) is None:
            return "done"
        raise TransientError("busy", retry_after)

    return attempt


def test_waits_double_up_to_a_bound_with_a_jitter_that_the_name_seeds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    waits = {}
    for name in ("a", "b", "a again"):
        waits[name] = Waits()
        policy = RetryPolicy(5, 20.0, stop=waits[name])
        assert retry(name[0], policy, failing(4)) == "done"
        for seconds, least in zip(waits[name].seconds, (20, 40, 60, 60), strict=True):
            assert least <= seconds <= 1.25 * least
    assert waits["a"].seconds == waits["a again"].seconds != waits["b"].seconds
    assert caplog.messages[0] == f"a: busy; again in {waits['a'].seconds[0]:.1f} s"


def test_the_last_failure_is_not_followed_by_a_wait() -> None:
    waits = Waits()
    with pytest.raises(RetriesExhausted, match=r"^busy, tries: 3$") as caught:
        retry("a", RetryPolicy(3, stop=waits), failing(3))
    assert (caught.value.tries, len(waits.seconds)) == (3, 2)
    assert str(caught.value.last) == "busy"


def test_retry_after_replaces_the_back_off_and_has_a_bound() -> None:
    waits = Waits()
    assert retry("a", RetryPolicy(stop=waits), failing(1, retry_after=600)) == "done"
    assert 600 <= waits.seconds[0] <= 750
    with pytest.raises(RetriesExhausted, match="tries: 1"):
        retry("a", RetryPolicy(stop=waits), failing(1, retry_after=601))
    assert len(waits.seconds) == 1


def test_a_stop_during_a_wait_ends_the_retries() -> None:
    with pytest.raises(RetriesExhausted, match="tries: 2"):
        retry("a", RetryPolicy(6, stop=Waits(stop_after=2)), failing(9))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_other_errors_are_raised_at_once(
    error: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    def attempt() -> str:
        raise error

    with caplog.at_level(logging.WARNING), pytest.raises(error):
        retry("a", RetryPolicy(), attempt)
    assert caplog.messages == []
