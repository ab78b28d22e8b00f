"""Atomic writes of files that only their owner can read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clue.errors import StoreError, remedy_of_failed_write

PRIVATE = 0o600
"""Mode of files that may contain clinical text."""


def write_atomic(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace a file completely or not at all, also when the power fails.

    Args:
        path: the file.
        content: of the file.
        durable: force the content to the disk; false for files that nobody needs after a crash.

    Raises:
        StoreError: the disk is full, the folder cannot be written, or a folder is in the place.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    if path.is_dir():
        raise StoreError(
            f"{path} is a folder where a file belongs: move it away, then run the same command "
            "again to continue"
        )
    with explain_write_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        try:
            write_all(file, content)
            if durable:
                os.fsync(file)
            part.replace(path)
        except BaseException:  # leave no hidden copy of clinical text
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)


@contextmanager
def private_files() -> Iterator[None]:
    """Let this process and its children create files that only their owner can read.

    It holds for files of libraries too: Hydra's log, MLflow's database, a scheduler's pickles.
    """
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def explain_write_errors(folder: Path) -> Iterator[None]:
    """Convert a failed write to a StoreError that says what is kept and how to continue."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write to {folder}: {error.strerror}. What was stored before is kept; "
            f"{remedy_of_failed_write(error)}, then run the same command again to continue."
        ) from error


def write_all(file: int, content: bytes) -> None:
    """Write every byte to an open file; one system call may write fewer."""
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
