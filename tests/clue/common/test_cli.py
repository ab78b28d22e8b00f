"""Commands: the files that one writes."""

import argparse
import os
import stat
from pathlib import Path

from clue.common.cli import Command


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
