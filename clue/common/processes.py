"""Independent computations in several processes at once."""

import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")

_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What a forked process computes, and of which items; empty in the process that forked it."""


def in_processes(
    compute: Callable[[Item], Result], items: Sequence[Item], *, per_core: int = 1
) -> list[Result]:
    """Computes a result of each item, in a process for each core.

    Processes are forked, so that only results are copied between them. Where forks are not safe
    (elsewhere than on Linux) and where a process is killed, this process computes all. Price: a
    process has the memory of its results twice, and its warnings and log appear in any order.

    Args:
        compute: depends on its item only, and changes nothing.
        items: shape (n,); the longest work should come first.
        per_core: processes for each core. Two suit few items of much work: three of them at once
            on two cores take one and a half times the seconds of one, not twice.

    Returns:
        Shape (n,), in the order of the items.

    >>> in_processes(abs, [-1, 2])
    [1, 2]
    """
    workers = min(cores() * per_core, len(items))
    if cores() > 1 and workers > 1 and sys.platform == "linux":
        try:
            with ProcessPoolExecutor(
                workers, get_context("fork"), _begin, initargs=(os.getpid(), compute, items)
            ) as pool:
                return list(pool.map(_result, range(len(items))))
        except BrokenProcessPool:
            log.warning("a process was killed (out of memory?); one process computes all again")
    return [compute(item) for item in items]


def cores() -> int:
    """Cores that this process may use, also under a container's quota (Kubernetes, Docker)."""
    from joblib import cpu_count  # 0.1 s to import: most commands need no cores

    return int(cpu_count())


def end_with_parent(parent: int) -> None:
    """Send SIGTERM to this process when its parent is gone: nobody would read its results.

    Args:
        parent: id of the process that started this one, which may be gone already.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _begin(parent: int, compute: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """Prepare a forked process, which signals end without a word.

    It ignores Ctrl-C if its parent does, as jobs that a shell runs in the background.
    Its matrix products have one thread: with one for each core, the processes of a node with 64
    cores would have 4,096, more than many nodes let a person have.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_parent(parent)
    gc.freeze()  # a search for garbage would write to, and so copy, all memory of its parent
    _work[:] = [(compute, items)]


def _result(index: int) -> Any:
    compute, items = _work[0]
    return compute(items[index])
