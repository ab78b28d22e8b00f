"""Names of folders: the alphabet, and paths that stay in the store."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.common.names import MAX_LENGTH, is_name, path_inside
from clue.config.schema import checkpoint_label
from clue.errors import StoreError

REFUSED = (
    *("", ".", "..", "...", "a/b", "/etc", "a\\b", "a\n", "\na", "a\0", "a ", " a", "a b", "a."),
    *(".a", "-a", "+a", "é", "a:b", "~", "${x}", "a" * 201, "\x1b[31m", "\u202ea"),
)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_name(name: str, tmp_path: Path) -> None:
    assert not is_name(name)
    with pytest.raises(StoreError, match="cannot be a folder"):
        path_inside(tmp_path, "cells", name)


@pytest.mark.parametrize("name", ["a", "1", "_", "llama2_7b", "org--model-1.5+lora", "a" * 200])
def test_what_is_a_name(name: str, tmp_path: Path) -> None:
    assert path_inside(tmp_path, "cells", name) == tmp_path / "cells" / name


@given(st.text(max_size=30))
def test_a_name_is_one_folder(text: str) -> None:
    assert not is_name(text) or Path(f"/store/{text}").parts == ("/", "store", text)


@given(st.text(max_size=60))
def test_the_name_of_any_checkpoint_is_one_or_empty(repo: str) -> None:
    label = checkpoint_label(repo)
    assert label == "" or is_name(label) or len(label) > MAX_LENGTH


def test_the_first_folder_of_a_store_may_be_a_link_and_no_other(tmp_path: Path) -> None:
    disk, store = tmp_path / "disk", tmp_path / "store"
    disk.mkdir()
    store.mkdir()
    (store / "cells").symlink_to(disk)
    assert path_inside(store, "cells", "task") == store / "cells" / "task"
    (disk / "task").symlink_to(tmp_path)
    with pytest.raises(StoreError, match="leads out of the store"):
        path_inside(store, "cells", "task", "model")
