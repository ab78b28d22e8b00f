"""Errors of the system in words that lead on."""

import errno
import os

import pytest

from clue.common.atomic_write import explain_write_errors
from clue.errors import StoreError, explain_os_error


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space or choose another folder"),
        (errno.EROFS, "mount the disk for writing or choose another folder"),
        (errno.EACCES, "let this user write there or choose another folder"),
        (errno.EFBIG, "choose another folder"),
    ],
)
def test_a_failed_write_names_the_folder_and_the_remedy(number: int, remedy: str) -> None:
    with (
        pytest.raises(StoreError, match=rf"cannot write to /store: .* is kept; {remedy}"),
        explain_write_errors("/store"),
    ):
        raise OSError(number, os.strerror(number))


def test_an_error_without_a_file_is_not_about_a_file() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert explain_os_error(full) == (
        "cannot write: No space left on device. Free some space, then run the same command again"
    )
    named = OSError(errno.ENOSPC, "No space left on device", "/store/x")
    assert explain_os_error(named).startswith("cannot write /store/x: No space left on device. Fr")


def test_a_permission_that_is_missing_elsewhere_is_not_about_a_write() -> None:
    refused = PermissionError(errno.EPERM, "Operation not permitted")
    assert explain_os_error(refused).startswith("cannot use a file: Operation not permitted.")
