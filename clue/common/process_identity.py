"""Identity of a process, to recognise later that it is gone: machine, id and start."""

import os
import socket
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

TOLERANCE_SECONDS = 1
"""Start times of one process differ by less."""


@dataclass(frozen=True)
class ProcessIdentity:
    """A process of a machine; another one with the same id has another start."""

    host: str
    pid: int
    start: float

    @classmethod
    def of_this_process(cls) -> "ProcessIdentity":
        """Returns the identity of this process."""
        return _of(os.getpid())

    @classmethod
    def parsed(cls, value: Any) -> "ProcessIdentity | None":
        """Returns the identity that `as_json` describes; None = it does not."""
        try:
            return cls(str(value["host"]), int(value["pid"]), float(value["start"]))
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def is_local(self) -> bool:
        """True if it is a process of this machine."""
        return self.host == socket.gethostname()

    def as_json(self) -> dict[str, Any]:
        """Returns the fields by name."""
        return asdict(self)

    def runs(self) -> bool:
        """True if the process still runs on this machine."""
        import psutil

        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.start) < TOLERANCE_SECONDS
            return is_same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@cache
def _of(pid: int) -> ProcessIdentity:
    import psutil

    return ProcessIdentity(socket.gethostname(), pid, psutil.Process(pid).create_time())
