"""A checkout of a stranger: its commit is read, and no command of its configuration is run."""

import os
from pathlib import Path

import pytest

from clue.cli.data import foreign_checkout
from clue.cli.data.foreign_checkout import blob_id, committed_blobs, head_commit
from clue.cli.data.import_upstream import checkout_commit
from tests.clue.cli.data.fake_checkout import SCRIPTS, checkout, git

HOSTILE = """
[core]
    repositoryformatversion = 1
    sshCommand = touch {mark}; false
    fsmonitor = touch {mark}
    hooksPath = {hooks}
    pager = touch {mark}
    gitProxy = touch {mark}
    attributesFile = {hooks}/attributes
    askPass = touch {mark}
    alternateRefsCommand = touch {mark}
[extensions]
    partialClone = origin
[remote "origin"]
    url = {url}
    promisor = true
    partialclonefilter = blob:none
    uploadpack = touch {mark}; false
    vcs = {vcs}
[filter "x"]
    clean = touch {mark}
    smudge = touch {mark}
    process = touch {mark}
[diff "x"]
    textconv = touch {mark}
    command = touch {mark}
[credential]
    helper = !touch {mark}
[protocol "ext"]
    allow = always
[alias]
    rev-parse = !touch {mark}
[include]
    path = {hooks}/more
"""


@pytest.mark.parametrize(
    ("url", "vcs"),
    [
        ("ssh://nowhere.invalid/x", ""),
        ("{folder}/other", ""),
        ("ext::sh -c 'touch {mark}'", ""),
        ("git://nowhere.invalid/x", ""),
    ],
)
@pytest.mark.parametrize("missing", [True, False])
def test_no_command_of_its_configuration_is_run(
    tmp_path: Path, url: str, vcs: str, missing: bool
) -> None:
    folder, mark, hooks = checkout(tmp_path / "clone"), tmp_path / "mark", tmp_path / "hooks"
    commit = git(folder, "rev-parse", "HEAD")
    if missing:  # git would fetch the folder's object
        tree = git(folder, "rev-parse", "HEAD:eval")
        (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    hooks.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    (hooks / "more").write_text(f"[core]\n\tsshCommand = touch {mark}; false\n")
    (folder / ".gitattributes").write_text("* filter=x diff=x\n")
    url = url.format(folder=tmp_path, mark=mark)
    config = HOSTILE.format(mark=mark, hooks=hooks, url=url, vcs=vcs).replace("    vcs = \n", "")
    (folder / ".git" / "config").write_text(config)
    assert checkout_commit(folder) == (f"{commit}-dirty" if missing else commit)
    assert not mark.exists()


def test_the_same_configuration_runs_a_command_in_plain_git(tmp_path: Path) -> None:
    """The test above can fail."""
    folder, mark = checkout(tmp_path / "clone"), tmp_path / "mark"
    tree = git(folder, "rev-parse", "HEAD:eval")
    (folder / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    config = HOSTILE.format(mark=mark, hooks=tmp_path, url="ssh://nowhere.invalid/x", vcs="")
    (folder / ".git" / "config").write_text(config.replace("    vcs = \n", ""))
    with pytest.raises(Exception, match="returned non-zero exit status"):
        git(folder, "rev-parse", "HEAD:eval/eval_mednli.py")
    assert mark.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("checkout", "--quiet", "--detach"),
        ("pack-refs", "--all"),
        ("checkout", "--quiet", "-b", "feature/some-thing_1.0"),
        ("gc", "--quiet"),
    ],
)
def test_every_form_of_head_is_read(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = checkout(tmp_path)
    git(folder, *words)
    commit = git(folder, "rev-parse", "HEAD")
    assert head_commit(folder) == commit
    ids = [git(folder, "rev-parse", f"HEAD:{name}") for name in SCRIPTS]
    assert committed_blobs(folder, commit, list(SCRIPTS)) == ids
    assert [blob_id(folder / name, commit) for name in SCRIPTS] == ids


@pytest.mark.parametrize(
    "head",
    [
        "",
        "main",
        "ref: ../../secret",
        "ref: refs/heads/../../../secret",
        "ref: /etc/passwd",
        "ref: refs/heads/none",
        "--help",
        "0" * 39,
        "0" * 41,
        "\0",
        "ref: refs/heads/-x",
    ],
)
def test_a_malformed_head_is_no_commit(tmp_path: Path, head: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head)
    (tmp_path / "secret").write_text("0" * 40)
    assert head_commit(tmp_path) is None


def test_pipes_and_links_to_devices_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git" / "refs").mkdir(parents=True)
    os.mkfifo(tmp_path / ".git" / "HEAD")
    assert head_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").unlink()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/x")
    (tmp_path / ".git" / "refs" / "x").symlink_to("/dev/zero")
    assert head_commit(tmp_path) is None


def test_a_borrowed_object_is_not_sought(tmp_path: Path) -> None:
    folder = checkout(tmp_path / "clone")
    commit = git(folder, "rev-parse", "HEAD")
    (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{tmp_path}\n")
    assert committed_blobs(folder, commit, list(SCRIPTS)) is None
    assert checkout_commit(folder) == f"{commit}-dirty"


def test_git_is_stopped_where_an_object_is_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign_checkout, "GIT_SECONDS", 0.5)
    folder = checkout(tmp_path / "clone")
    commit = git(folder, "rev-parse", "HEAD")
    loose = folder / ".git" / "objects" / commit[:2] / commit[2:]
    loose.unlink()
    os.mkfifo(loose)
    assert committed_blobs(folder, commit, list(SCRIPTS)) is None
