"""GPUs of this machine, one job at a time on each.

A claim is a locked file in the machine's temporary folder: it ends with the process that holds it,
however that ends, and holds for every command of the same user.
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


def available() -> list[str]:
    """The GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    given = os.environ.get(VISIBLE)
    if given is not None:
        return [name.strip() for name in given.split(",") if name.strip()]
    if shutil.which("nvidia-smi") is None:
        return []
    asked = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return [line.strip() for line in said.stdout.splitlines() if line.startswith("GPU-")]


@contextmanager
def claimed(count: int | None, folder: Path | None = None) -> Iterator[dict[str, str]]:
    """Wait until so many GPUs are free and hold them; yields the environment that names them.

    Args:
        count: None, or a machine without GPUs, claims nothing.
        folder: of the locks; for all commands of a user the same.

    Raises:
        ConfigError: there are fewer.
    """
    names = available() if count else []
    if not count or not names:
        yield {}
        return
    if count > len(names):
        raise ConfigError(f"gpus_per_job={count}, but there are {len(names)}: {', '.join(names)}")
    place = folder or Path(tempfile.gettempdir()) / f"clue-gpus-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as held:
        yield {VISIBLE: ",".join(_claim(names, count, place, held))}


def _claim(names: list[str], count: int, place: Path, held: ExitStack) -> list[str]:
    """Names of the claimed; all at once, so that two claims never wait for each other's."""
    waited = False
    while True:
        with (place / "all").open("a") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            with ExitStack() as free:
                unused = (name for name in names if _is_free(place / sha256(name)[:16], free))
                chosen = list(islice(unused, count))
                if len(chosen) == count:
                    held.push(free.pop_all())
                    return chosen
        if not waited:
            log.info("waiting for %d of the GPUs %s", count, ", ".join(names))
            waited = True
        time.sleep(POLL_SECONDS)


def _is_free(path: Path, held: ExitStack) -> bool:
    """Lock a GPU's file, if nobody else has."""
    file = held.enter_context(path.open("a"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
