import os
from pathlib import Path

import pytest

from clue.data.download.partial_file import PartialFile
from clue.errors import StoreError
from tests.clue.data.download.server import Answer, Server
from tests.clue.data.download.transfer import BODY, download


def test_a_disk_that_fills_up_keeps_what_arrived(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".part-x").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"No space left on device. The bytes .* are kept"):
        download(server.serve("/x", Answer(BODY)), tmp_path / "x")


def test_a_part_belongs_to_one_process(tmp_path: Path) -> None:
    with (
        PartialFile(tmp_path / "x"),
        pytest.raises(StoreError, match="another process is downloading"),
        PartialFile(tmp_path / "x"),
    ):
        pass


def test_a_public_file_has_the_mode_that_the_umask_gives(server: Server, tmp_path: Path) -> None:
    with PartialFile(tmp_path / "x", 0o666) as part:
        part.finish()
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o666 & ~mask
