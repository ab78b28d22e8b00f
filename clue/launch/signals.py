"""SIGTERM and Ctrl-C end a command in order: its other processes first, then itself.

What was generated is stored by then; runs are closed as KILLED, and the same command goes on.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from clue.errors import Terminated

GRACE_SECONDS = 60.0
"""How long other processes may take to end in order before they are killed."""


def stop(signum: int, frame: FrameType | None) -> None:
    """A signal handler: end the processes that this one started, then raise.

    Raises:
        Terminated: on SIGTERM, and on the signal that Slurm sends before a time limit.
        KeyboardInterrupt: on SIGINT.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # launchers pass a signal on more than once
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who presses Ctrl-C twice means it
    _end_children()
    raise KeyboardInterrupt if signum == signal.SIGINT else Terminated


def obey() -> None:
    """Make SIGTERM and SIGINT end this process in order."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


@contextmanager
def obeying() -> Iterator[None]:
    """A job's part of a process that a launcher began: SIGTERM ends the job, then the process.

    Without it a worker would take the next job.
    """
    before = signal.getsignal(signal.SIGTERM)
    if before is stop:  # the command's own process
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def end_with_parent() -> None:
    """Be told to stop when the process that started this one is gone: nobody reads its outcome."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def ended(code: int) -> str:
    """What the exit code of a process that left cells unfinished means, for people."""
    if code == -signal.SIGKILL:
        return "its process was killed (SIGKILL): out of memory, a time limit, or by hand"
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    if code == 128 + signal.SIGTERM:
        return "its process was stopped (SIGTERM); what was generated is kept"
    return f"its process ended with exit code {code}; its log says more"


def _end_children() -> None:
    import psutil

    children = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "resource_tracker" not in " ".join(process.cmdline()):  # joblib's; ends with us
                process.terminate()
                children.append(process)
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(children, timeout=GRACE_SECONDS)
    for process in alive:
        process.kill()
