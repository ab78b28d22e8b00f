from pathlib import Path

import pytest

from clue.common.atomic_write import write_atomic
from clue.errors import StoreError


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "files.json").mkdir()
    with pytest.raises(StoreError, match=r"files\.json is a folder where a file belongs: move"):
        write_atomic(tmp_path / "files.json", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["files.json"]


def test_no_hidden_copy_stays_where_the_file_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", denied)
    with pytest.raises(StoreError, match="Permission denied"):
        write_atomic(tmp_path / "notes.json", b"clinical text")
    assert not list(tmp_path.iterdir())
