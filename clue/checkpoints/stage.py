"""Copies of checkpoints on a disk of this machine, made once for all of its processes.

    <stage>/<name>-<digits of its identity>/              the files
    <stage>/<name>-<digits of its identity>/staged.record size and sha256 of each file
    <stage>/<name>-<digits of its identity>.lock          held while it is copied or checked
    <stage>/files/                                        checksums of unchanged files

A copy appears under its name when it is complete. Every process checks sizes and checksums before
it reads one; a file that is unchanged since its last check is not read again.
"""

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from clue.checkpoints.identifying_files import checkpoint_files, json_object
from clue.checkpoints.locate import CheckpointLocation
from clue.common.atomic_write import PRIVATE
from clue.common.file_cache import cached_checksum
from clue.common.meter import METER
from clue.errors import ClueError, ModelError

log = logging.getLogger(__name__)

RECORD = "staged.record"
RESERVE_BYTES = 2**30
"""Space that a copy leaves on the disk."""
Record = Mapping[str, tuple[int, str]]
"""Path below the folder to size in bytes and sha256."""


def staged(
    location: CheckpointLocation, stage: Path, cache: Path, *, fallback: bool = False
) -> CheckpointLocation:
    """Returns the location of a copy with the same identity; makes it if there is none.

    Args:
        location: of a folder; a hub's id is returned as it is: the hub's cache has the files.
        stage: folder on a disk of this machine.
        cache: folder with the checksums of the originals.
        fallback: return the original if there is no copy, with a warning.

    Raises:
        ModelError: the disk has too little space or cannot be used, or a copy is damaged.
    """
    folder = Path(location.source)
    if location.identity is None or not folder.is_dir():
        return location
    try:
        copy = _copy_of(folder, location.identity, stage, cache)
    except ClueError as error:
        if not fallback:
            raise
        log.warning("%s. The weights are read in %s", error, folder)
        return location
    return replace(location, source=str(copy))


def _copy_of(folder: Path, identity: str, stage: Path, cache: Path) -> Path:
    copy = stage / f"{folder.name}-{identity[:16]}"
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with _locked(copy.with_name(f"{copy.name}.lock")):
            if copy.is_dir():
                _check(copy, stage)
            else:
                _make(folder, copy, stage, cache)
    except OSError as error:
        raise ModelError(
            f"{folder} cannot be copied to {stage} ({error.strerror}): {_advice()}"
        ) from error
    return copy


def _make(folder: Path, copy: Path, stage: Path, cache: Path) -> None:
    """Copy the files beside their place, check the copy, and give it its name."""
    part = copy.with_name(f".{copy.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
    files = checkpoint_files(folder)
    _check_space(folder, files, stage)
    record = {}
    with METER.doing(f"copying {folder.name} to {stage} (once for this machine)") as activity:
        for number, path in enumerate(files, start=1):
            activity.name = f"copying {folder.name} to {stage}, file {number}/{len(files)}"
            name = path.relative_to(folder).as_posix()
            record[name] = (path.stat().st_size, cached_checksum(path, cache))
            _copy(path, part / name)
        (part / RECORD).write_text(json.dumps(record, indent=1))
        _check(part, stage)
        part.rename(copy)
    log.info("copied %s to %s", folder, copy)


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    with target.open("rb") as file:
        os.fsync(file)


def _check_space(folder: Path, files: Sequence[Path], stage: Path) -> None:
    need = RESERVE_BYTES + sum(path.stat().st_size for path in files)
    free = shutil.disk_usage(stage).free
    if free < need:
        raise ModelError(
            f"{stage} has {free / 2**30:.1f} GiB free, and a copy of {folder} needs "
            f"{need / 2**30:.1f} GiB: remove copies that no job uses (rm -r {stage}/<name>), or "
            f"{_advice()}"
        )


def _check(copy: Path, stage: Path) -> None:
    """Compare a copy with its record.

    Raises:
        ModelError: a file is missing, cut short or changed.
    """
    for name, (size, checksum) in _record(copy).items():
        path = copy / name
        stored = path.stat().st_size if path.is_file() else None
        if stored != size:
            raise ModelError(_broken(path, f"{stored or 0} bytes, its original has {size}", copy))
        if cached_checksum(path, stage) != checksum:
            raise ModelError(_broken(path, "its sha256 is not that of its original", copy))


def _record(copy: Path) -> Record:
    """Returns the record of a copy.

    Raises:
        ModelError: it is missing, damaged or empty.
    """
    path = copy / RECORD
    try:
        entries = json_object(path)
        record = {name: (int(size), str(checksum)) for name, (size, checksum) in entries.items()}
    except (ModelError, TypeError, ValueError) as error:
        raise ModelError(_broken(path, "it is damaged or missing", copy)) from error
    if not record:
        raise ModelError(_broken(path, "it names no file", copy))
    return record


def _broken(path: Path, fault: str, copy: Path) -> str:
    return (
        f"{path}: {fault}. Remove the copy (rm -r {copy}), then run the "
        f"same command again; if it happens again, the disk is failing: {_advice()}"
    )


def _advice() -> str:
    return (
        "choose another disk (paths.stage=<folder>), or read the weights where they are "
        "(paths.stage=null, or paths.stage_fallback=true if only this machine cannot copy them)"
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock of this machine; waits for its holder. A killed process holds none."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        with METER.doing("waiting for another process that copies the weights"):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
