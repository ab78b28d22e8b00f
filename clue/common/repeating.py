"""A function that a thread calls again and again while other code runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(seconds: float, call: Callable[[], None]) -> Iterator[None]:
    """Call a function at once, every so many seconds, and once more at the end.

    The function must not raise: an error would end its thread.
    """
    ended = threading.Event()

    def work() -> None:
        call()
        while not ended.wait(seconds):
            call()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5.0)  # a stop does not wait for a disk that hangs
        call()
