"""Facts of a git checkout that somebody else made, without a look at its configuration.

Git runs commands that a repository's own configuration names: to fetch a missing object from a
promisor remote, to watch files, to convert them. Here HEAD and its reference are read as files, and
git resolves objects in an empty repository that borrows the checkout's object folder.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

GIT_SECONDS = 60
"""Longest run of git: a pipe among the objects would hold it for ever."""
MAX_REFERENCE_BYTES = 2**24
"""Longest file of references that is read."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REFERENCE = re.compile(r"refs(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)+")


def head_commit(checkout: Path) -> str | None:
    """Returns the commit that is checked out; None if it cannot be read.

    A `.git` that is a file (a worktree or a submodule) is not followed: it may name any folder.
    """
    head = _read(checkout / ".git" / "HEAD").strip()
    reference = head.removeprefix("ref: ")
    if reference != head:
        head = _resolve(checkout / ".git", reference)
    return head if _COMMIT.fullmatch(head) else None


def committed_blobs(checkout: Path, commit: str, files: Sequence[str]) -> list[str] | None:
    """Returns the ids of files in a commit.

    Returns:
        None if an object is missing, or if the checkout borrows objects of another repository
        (`objects/info/alternates`), whose place the checkout chooses.
    """
    objects = checkout / ".git" / "objects"
    if (objects / "info" / "alternates").exists():
        return None
    with tempfile.TemporaryDirectory() as empty:
        form = "sha1" if len(commit) == 40 else "sha256"
        if _git(Path(empty), None, "init", "--quiet", "--bare", f"--object-format={form}") is None:
            return None
        names = [f"{commit}:{name}" for name in files]
        output = _git(Path(empty), objects, "rev-parse", *names)
    return None if output is None else output.split()


def blob_id(path: Path, commit: str) -> str:
    """Returns the id that git gives to a file's bytes, in the form of a commit's id."""
    content = path.read_bytes()
    digest = hashlib.sha1 if len(commit) == 40 else hashlib.sha256
    return digest(b"blob %d\0" % len(content) + content).hexdigest()


def _resolve(git_dir: Path, reference: str) -> str:
    """Returns the commit of a reference; empty if it has none."""
    if not _REFERENCE.fullmatch(reference):
        return ""
    loose = _read(git_dir / reference).strip()
    if loose:
        return loose
    for line in _read(git_dir / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""


def _read(path: Path) -> str:
    """Returns the text of a small regular file; empty if there is none."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_REFERENCE_BYTES:
            return ""
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""


def _git(repository: Path, objects: Path | None, *words: str) -> str | None:
    """Returns the output of git in a repository of our own; None: git fails or takes too long."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_DIR": str(repository),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TEMPLATE_DIR": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if objects:
        environment["GIT_OBJECT_DIRECTORY"] = str(objects)
    try:
        process = subprocess.run(
            ["git", *words],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return process.stdout.strip()
