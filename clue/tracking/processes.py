"""Identity of the process that writes a run, to recognise runs whose process is gone."""

import socket
from collections.abc import Mapping
from typing import Any

import psutil

HOST = "clue.host"
"""Tag with the name of the machine."""
TOLERANCE_SECONDS = 1
"""Start times of one process differ by less."""


def process_tags() -> dict[str, Any]:
    """Returns tags that identify this process."""
    process = psutil.Process()
    return {
        HOST: socket.gethostname(),
        "clue.pid": process.pid,
        "clue.process_start": process.create_time(),
    }


def is_alive(tags: Mapping[str, str]) -> bool:
    """True if the process with these tags still runs on this machine."""
    try:
        started = psutil.Process(int(tags["clue.pid"])).create_time()
    except (psutil.NoSuchProcess, KeyError, ValueError):
        return False
    return abs(started - float(tags.get("clue.process_start", 0))) < TOLERANCE_SECONDS
