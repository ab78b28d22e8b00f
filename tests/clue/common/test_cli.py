"""Commands: the files that one writes, readers that go away, errors of files."""

import argparse
import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from clue.__main__ import main as clue_main
from clue.common.cli import Command

ENDLESS = """
import sys

import pytest

from clue.common.cli import Command
from clue.common.cli import Command
from clue.common.console import print_lines
def run(arguments):
    while True:
        print_lines("line")
sys.exit(Command("clue", None, lambda parser: None, run)([]))
"""


def test_a_reader_that_has_read_enough_ends_a_command_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert command.stdout
        assert command.stderr
        assert command.stdout.readline() == b"line\n"
        command.stdout.close()
        assert command.stderr.read() == b""
        assert command.wait() == 128 + signal.SIGPIPE


def test_an_error_of_a_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def unreadable(arguments: argparse.Namespace) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", "/of/another")

    assert Command("clue", None, lambda parser: None, unreadable)([]) == 1
    assert capsys.readouterr().err == (
        "error: cannot use /of/another: Permission denied. Change this, or name another one\n"
    )


def test_a_command_writes_files_that_only_their_owner_can_read(tmp_path: Path) -> None:
    def run(arguments: argparse.Namespace) -> int:
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_text("id")
        return 0

    before = os.umask(0o022)
    try:
        assert Command("test", "Help.", lambda parser: None, run)([]) == 0
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in sorted(tmp_path.rglob("*"))]
    assert modes == [0o700, 0o600]


def test_a_misspelt_command_or_choice_is_answered_with_the_most_similar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert clue_main(["stor"]) == 2
    assert "no command 'stor'; did you mean store?" in capsys.readouterr().err
    for words, answer in (
        (["store", "lst"], "there is no 'lst'; did you mean list?"),
        (["data", "fetch", "meqsm"], "there is no 'meqsm'; did you mean meqsum"),
    ):
        with pytest.raises(SystemExit, match="2"):
            clue_main(words)
        assert answer in capsys.readouterr().err
