"""Mounts whose locks hold on one machine only, and commands that may run on several."""

from pathlib import Path, PurePosixPath

import pytest

from clue.errors import StoreError
from clue.store import lock_scope
from clue.store.lock_scope import check_shared_locks, mount_of

ROOT = "/dev/sda1 / ext4 rw,relatime 0 0\n"
NFS3 = "srv:/export /store nfs rw,vers=3,hard,proto=tcp,{},addr=10.0.0.1 0 0\n"
NFS4 = "srv:/ /store nfs4 rw,vers=4.2,hard,proto=tcp,{},addr=10.0.0.1 0 0\n"


@pytest.mark.parametrize(
    ("line", "local"),
    [
        (NFS3.format("nolock,local_lock=all"), "nolock"),
        (NFS3.format("local_lock=flock"), "local_lock=flock"),
        (NFS3.format("local_lock=all"), "local_lock=all"),
        (NFS3.format("local_lock=none"), None),
        (NFS3.format("local_lock=posix"), None),  # of fcntl; locks here are those of flock
        (NFS4.format("local_lock=none"), None),
        (NFS4.format("local_lock=flock"), "local_lock=flock"),
        ("10.0.0.1@tcp:/fs /store lustre rw,flock,lazystatfs 0 0\n", None),
        ("10.0.0.1@tcp:/fs /store lustre rw,localflock,lazystatfs 0 0\n", "localflock"),
        ("me@host:/data /store fuse.sshfs rw,user_id=1000 0 0\n", "fuse.sshfs"),
        ("bucket /store fuse.s3fs rw,user_id=0 0 0\n", "fuse.s3fs"),
        ("fs /store fuse.glusterfs rw,user_id=0 0 0\n", None),
        ("//srv/share /store cifs rw,vers=3.1.1,nobrl 0 0\n", "nobrl"),
        ("/dev/sdb1 /store xfs rw,nolock 0 0\n", None),  # no option of this type
    ],
)
def test_options_tell_whether_locks_leave_the_machine(line: str, local: str | None) -> None:
    mount = mount_of(PurePosixPath("/store/mlruns"), ROOT + line)
    assert mount
    assert mount.local_lock == local


def test_the_innermost_and_newest_mount_counts() -> None:
    text = (
        ROOT + NFS3.format("nolock") + "/dev/sdb1 /store/local\\040disk ext4 rw 0 0\nbroken line\n"
    )
    for path, kind in (
        ("/store/a", "nfs"),
        ("/store/local disk/a", "ext4"),
        ("/storey", "ext4"),
        ("/", "ext4"),
    ):
        mount = mount_of(PurePosixPath(path), text)
        assert mount
        assert mount.kind == kind, path
    hidden = mount_of(PurePosixPath("/store"), text + "tmpfs /store tmpfs rw 0 0\n")
    assert hidden
    assert hidden.kind == "tmpfs"
    assert mount_of(PurePosixPath("/a"), "") is None


def test_a_disk_with_local_locks_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(lock_scope, "MOUNTS", mounts)
    check_shared_locks(tmp_path)  # a system without this file
    mounts.write_text(ROOT)
    check_shared_locks(tmp_path / "not_yet_here")
    line = NFS3.replace("/store", str(tmp_path.resolve())).format("nolock")
    mounts.write_text(ROOT + line)
    message = rf"{tmp_path}.*nfs, nolock.*one machine only.*lockd.*paths\.mlruns="
    with pytest.raises(StoreError, match=message):
        check_shared_locks(tmp_path / "mlruns")
