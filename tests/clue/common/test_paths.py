import ast
from pathlib import Path

import pytest

from clue.common.paths import absolute_path, expanded
from clue.errors import ConfigError
from tests.house.source import trees


@pytest.mark.parametrize("path", ["~nobody_of_this_name/x", Path("~nobody_of_this_name")])
def test_an_unknown_user_is_named(path: str | Path) -> None:
    for function in (expanded, absolute_path):
        with pytest.raises(ConfigError, match="no home folder of ~nobody_of_this_name"):
            function(path)


def test_links_that_lead_back_and_null_characters_are_no_path(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (str(loop), "a\x00b"):
        with pytest.raises(ConfigError, match="is no path of a file or folder"):
            absolute_path(path)


def test_no_other_module_replaces_a_home_folder() -> None:
    paths = [
        path
        for path, tree in trees().items()
        if any(
            isinstance(node, ast.Attribute) and node.attr == "expanduser" for node in ast.walk(tree)
        )
    ]
    assert paths == ["clue/common/paths.py"]
