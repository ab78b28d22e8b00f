"""Write lock of a cell: one process works on all of it, or one process on each of its shards."""

import errno
import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clue.common.atomic_write import PRIVATE, explain_write_errors
from clue.common.meter import METER
from clue.errors import StoreError
from clue.store.shards import Shard

log = logging.getLogger(__name__)

FILE = "lock"


@contextmanager
def cell_lock(folder: Path, shard: Shard | None = None, *, wait: bool = True) -> Iterator[None]:
    """Hold the write lock of a cell or of a shard; waits, with a log line, for its holder.

    All shards share the lock of the cell, so that it excludes a process that works on the whole
    cell; a lock of its own excludes a second process on the same shard.

    Args:
        folder: of the cell; created if it is missing.
        shard: part of the cell; None = all of it.
        wait: wait while another process holds it.

    Raises:
        StoreError: another process holds it and `wait` is false; or the disk gives no locks.
    """
    with explain_write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _held(folder / FILE, shared=shard is not None, wait=wait):
        if shard is None:
            yield
        else:
            with _held(folder / f"{FILE}{shard.suffix}", shared=False, wait=wait):
                yield


@contextmanager
def _held(path: Path, *, shared: bool, wait: bool) -> Iterator[None]:
    with explain_write_errors(path.parent):
        file = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        _acquire(file, path.parent, mode, wait=wait)
        with explain_write_errors(path.parent):
            os.ftruncate(file, 0)
            os.pwrite(file, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(file)


def _acquire(file: int, folder: Path, mode: int, *, wait: bool) -> None:
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(file, 200, 0).decode() or "another process"
        if not wait:
            raise StoreError(
                f"{holder} is working on {folder}; nothing was changed. Repeat this "
                "command when it has ended"
            ) from error
        log.warning("waiting: %s is working on %s", holder, folder)
        with METER.doing(f"waiting for {holder}"):
            fcntl.flock(file, mode)
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        raise StoreError(
            f"{folder}: its disk gives no locks ({error.strerror}), which keep two processes from "
            "writing one cell. Mount it with locks (NFS: version 4, or version 3 with lockd), or "
            "choose a folder on another disk: paths.mlruns=<folder>"
        ) from error
