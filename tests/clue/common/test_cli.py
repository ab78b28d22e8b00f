import argparse
import errno
import signal
import subprocess
import sys

import pytest

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
