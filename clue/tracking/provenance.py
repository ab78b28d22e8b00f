"""Provenance of a number: commit of the code and versions of libraries."""

import subprocess

from clue.common.library_version import version
from clue.config.folders import ROOT

LIBRARIES = ("torch", "transformers", "tokenizers", "numpy")
"""Libraries whose version can change a completion."""


def code() -> dict[str, str]:
    """Returns the commit of this checkout and if files have changed since; empty outside git."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return {}
    dirty = bool(_git("status", "--porcelain", "--untracked-files=no"))
    return {"clue.git_commit": commit, "clue.git_dirty": str(dirty).lower()}


def commit_in_words() -> str | None:
    """Returns the commit of this checkout, short, with its date; None outside git.

    The date is that of the commit, not of today: a page with it is the same bytes tomorrow.
    """
    text = _git("show", "--no-patch", "--format=%h of %cs", "HEAD")
    if text is None:
        return None
    return f"{text}, files changed since" if code()["clue.git_dirty"] == "true" else text


def versions() -> dict[str, str]:
    """Returns the versions of the libraries that generate."""
    return {f"clue.version.{name}": version(name) for name in LIBRARIES}


def _git(*words: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.strip()
