"""GPUs of this machine, each claimed by one job at a time.

A claim is a locked file in the machine's temporary folder. The lock ends with the process that
holds it, even after a crash, and applies to all commands of the same user.
"""

import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from clue.errors import ConfigError
from clue.records import sha256

log = logging.getLogger(__name__)

VISIBLE = "CUDA_VISIBLE_DEVICES"
POLL_SECONDS = 0.5


def visible_gpus() -> list[str]:
    """Returns the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = os.environ.get(VISIBLE)
    if visible is not None:
        return [name.strip() for name in visible.split(",") if name.strip()]
    if shutil.which("nvidia-smi") is None:
        return []
    command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line.strip() for line in listing.stdout.splitlines() if line.startswith("GPU-")]


@contextmanager
def claim_gpus(count: int | None, folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Wait until this many GPUs are free and claim them; yields the environment for a job.

    Args:
        count: number of GPUs. Nothing is claimed if it is None or the machine has no GPU.
        folder: folder of the locks, the same for all commands of a user.

    Raises:
        ConfigError: there are fewer GPUs.
    """
    names = visible_gpus() if count else []
    if not count or not names:
        yield {}
        return
    if count > len(names):
        raise ConfigError(f"gpus_per_job={count}, but there are {len(names)}: {', '.join(names)}")
    locks = folder or Path(tempfile.gettempdir()) / f"clue-gpus-{os.getuid()}"
    locks.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as claim:
        yield {VISIBLE: ",".join(_claim(names, count, locks, claim))}


def _claim(names: list[str], count: int, locks: Path, claim: ExitStack) -> list[str]:
    """Claims all GPUs at once, so that two jobs never wait for each other's; returns the names."""
    waiting = False
    while True:
        with (locks / "all").open("a") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            with ExitStack() as attempt:
                unused = (name for name in names if _lock(locks / sha256(name)[:16], attempt))
                chosen = list(islice(unused, count))
                if len(chosen) == count:
                    claim.push(attempt.pop_all())
                    return chosen
        if not waiting:
            log.info("waiting for %d of the GPUs %s", count, ", ".join(names))
            waiting = True
        time.sleep(POLL_SECONDS)


def _lock(path: Path, attempt: ExitStack) -> bool:
    """Lock the file of a GPU; False if another job holds the lock."""
    file = attempt.enter_context(path.open("a"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
