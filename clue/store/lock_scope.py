"""Disks whose locks hold on one machine only, by the options of their mounts.

Such a disk accepts a lock and does not tell the other machines, so that two of them could write
one cell. A disk that refuses locks is found when one is taken (`clue.store.cell_lock`).
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from clue.errors import StoreError

MOUNTS = Path("/proc/self/mounts")
ON_CLUSTER = "CLUE_ON_CLUSTER"
"""Environment variable of jobs that a launcher may place on several machines; Slurm has its own."""
OPTIONS = {
    "nfs": ("nolock", "local_lock=flock", "local_lock=all"),
    "nfs4": ("nolock", "local_lock=flock", "local_lock=all"),
    "lustre": ("localflock",),
    "cifs": ("nobrl",),
    "smb3": ("nobrl",),
    "ocfs2": ("localflocks",),
}
"""Options by the type of a file system with which `flock` holds on one machine only."""
WITHOUT_SHARED_LOCKS = (
    *("fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.goofys"),
    "fuse.mount-s3",
)
"""Types whose locks never leave the machine."""
REMEDIES = {
    "nfs": "mount it with version 4 or, for version 3, with lockd and local_lock=none",
    "nfs4": "mount it with local_lock=none",
    "lustre": "mount it with the option flock",
    "cifs": "mount it without nobrl",
    "smb3": "mount it without nobrl",
    "ocfs2": "mount it without localflocks",
}


@dataclass(frozen=True)
class Mount:
    """A mounted file system, from a line of /proc/self/mounts."""

    folder: PurePosixPath
    kind: str
    options: frozenset[str]

    @property
    def local_lock(self) -> str | None:
        """The option or type that keeps locks on one machine; None = there is none."""
        if self.kind in WITHOUT_SHARED_LOCKS:
            return self.kind
        return next((name for name in OPTIONS.get(self.kind, ()) if name in self.options), None)


def mounts(text: str) -> Iterator[Mount]:
    """Yields the mounts that the content of /proc/self/mounts lists; ignores malformed lines."""
    for line in text.splitlines():
        fields = line.split(" ")
        if len(fields) >= 4:
            _, folder, kind, options, *_ = map(_unescaped, fields)
            yield Mount(PurePosixPath(folder), kind, frozenset(options.split(",")))


def mount_of(path: PurePosixPath, text: str) -> Mount | None:
    """Returns the mount that a path is on.

    Args:
        path: absolute, without symbolic links.
        text: content of /proc/self/mounts; a later mount hides an earlier one of its folder.

    >>> mount_of(PurePosixPath("/home/a"), "s:/h /home nfs rw,nolock 0 0").local_lock
    'nolock'
    """
    holders = [mount for mount in mounts(text) if path.is_relative_to(mount.folder)]
    return max(
        reversed(holders), key=lambda mount: len(mount.folder.parts), default=None
    )  # the first of equal ones


def on_cluster() -> bool:
    """True if the jobs of this process's command may run on several machines."""
    return "SLURM_JOB_ID" in os.environ or ON_CLUSTER in os.environ


def check_shared_locks(folder: Path) -> None:
    """Check that the locks of a folder's disk hold on all machines, as far as its mount tells.

    Raises:
        StoreError: they hold on this machine only; says what to do.
    """
    try:
        text = MOUNTS.read_text(errors="replace")
    except OSError:  # no Linux
        return
    mount = mount_of(PurePosixPath(folder.resolve()), text)
    if mount and mount.local_lock:
        remedy = REMEDIES.get(mount.kind, "use a network disk with locks")
        raise StoreError(
            f"{folder} is on {mount.folder} ({mount.kind}, {mount.local_lock}), whose locks hold "
            "on one machine only: two machines could write one cell. For jobs on several machines "
            f"{remedy}, or choose a folder on another disk (paths.mlruns=<folder>). On one machine "
            "run the command outside of Slurm and Ray and without shard="
        )


def _unescaped(field: str) -> str:
    r"""Returns a field without the octal codes of spaces, tabs, line ends and backslashes.

    >>> _unescaped(r"/my\040disk")
    '/my disk'
    """
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), field)
