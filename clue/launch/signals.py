"""Orderly end of a command on SIGTERM and Ctrl-C: its child processes end first, then itself.

Generated answers are already stored. Runs are closed as KILLED, and the same command continues.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from clue.errors import Terminated

GRACE_SECONDS = 60.0
"""Time that child processes have to end in order before they are killed."""


def stop_processes(signum: int, frame: FrameType | None) -> None:
    """Signal handler: end the child processes of this process, then raise.

    Raises:
        Terminated: on SIGTERM, and on the signal that Slurm sends before a time limit.
        KeyboardInterrupt: on SIGINT.
    """
    _expect_more_signals()
    _end_children()
    raise_stop(signum)


def _expect_more_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # launchers forward a signal more than once
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends at once


def raise_stop(signum: int) -> NoReturn:
    """Raise what ends a command that received this signal.

    Raises:
        Terminated: see `stop_processes`.
        KeyboardInterrupt: on SIGINT.
    """
    raise KeyboardInterrupt if signum == signal.SIGINT else Terminated


@contextmanager
def noted_stops() -> Iterator[list[int]]:
    """Only note SIGTERM and SIGINT: the block ends its work, which others run, and then raises.

    Yields:
        The signals that have arrived.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    arrived: list[int] = []

    def note(signum: int, frame: FrameType | None) -> None:
        _expect_more_signals()
        arrived.append(signum)

    for number in before:
        signal.signal(number, note)
    try:
        yield arrived
    finally:
        if not arrived:
            for number, handler in before.items():
                signal.signal(number, handler)


def install_handlers() -> None:
    """Let SIGTERM and SIGINT end this process in order."""
    signal.signal(signal.SIGTERM, stop_processes)
    signal.signal(signal.SIGINT, stop_processes)


@contextmanager
def end_job_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end a job in a launcher's process, then the process itself.

    Otherwise a worker process would start the next job.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before is stop_processes:  # the command's own process
        yield
        return
    signal.signal(signal.SIGTERM, stop_processes)
    try:
        yield
    except Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def describe_exit_code(code: int) -> str:
    """Explains, for people, the exit code of a process that left cells unfinished."""
    if code == -signal.SIGKILL:
        return "its process was killed (SIGKILL): out of memory, a time limit, or by hand"
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    if code == 128 + signal.SIGTERM:
        return "its process was stopped (SIGTERM); generated answers are kept"
    return f"its process ended with exit code {code}; its log says more"


def _end_children() -> None:
    import psutil

    children = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "resource_tracker" not in " ".join(process.cmdline()):  # joblib's; ends by itself
                process.terminate()
                children.append(process)
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(children, timeout=GRACE_SECONDS)
    for process in alive:
        process.kill()
