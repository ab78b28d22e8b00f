"""Work of several threads; yields results as they finish."""

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class ThreadCrew(Generic[T]):
    """Threads that end with the process: a stopped run does not wait for pending answers."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.stop = threading.Event()
        """If set, no further task is started."""

    def run(self, tasks: Iterable[int], do: Callable[[int], T]) -> Iterator[tuple[int, T]]:
        """Yields number and result of each task, as they finish.

        Raises:
            Exception: any that `do` raises.
        """
        waiting: SimpleQueue[int] = SimpleQueue()
        results: SimpleQueue[tuple[int, T] | BaseException | None] = SimpleQueue()
        for task in tasks:
            waiting.put(task)

        def work() -> None:
            try:
                while not self.stop.is_set():
                    task = waiting.get_nowait()
                    results.put((task, do(task)))
            except Empty:
                pass
            except BaseException as error:
                results.put(error)
            results.put(None)

        for _ in range(self.size):
            threading.Thread(target=work, daemon=True).start()
        try:
            yield from self._collect(results)
        finally:
            self.stop.set()

    def _collect(
        self, results: "SimpleQueue[tuple[int, T] | BaseException | None]"
    ) -> Iterator[tuple[int, T]]:
        working = self.size
        while working:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                working -= 1
            else:
                yield result
