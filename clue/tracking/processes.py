"""Identity of the process that writes a run, to recognise runs whose process is gone."""

from collections.abc import Mapping
from typing import Any

from clue.common.process_identity import ProcessIdentity

HOST = "clue.host"
"""Tag with the name of the machine."""


def process_tags() -> dict[str, Any]:
    """Returns tags that identify this process."""
    process = ProcessIdentity.of_this_process()
    return {HOST: process.host, "clue.pid": process.pid, "clue.process_start": process.start}


def is_alive(tags: Mapping[str, str]) -> bool:
    """True if the process with these tags still runs on this machine."""
    fields = {"host": tags.get(HOST, ""), "pid": tags.get("clue.pid")}
    process = ProcessIdentity.parsed(fields | {"start": tags.get("clue.process_start", 0)})
    return process is not None and process.runs()
