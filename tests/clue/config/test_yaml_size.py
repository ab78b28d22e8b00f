import os
from pathlib import Path

import pytest

from clue.config.files import load_yaml
from clue.errors import ConfigError

ALIASES = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]" for n in range(9))]
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ALIASES, "values, which no"),
        ("a: &a [*a]", "values, which no"),
        ("a: " + "b" * 2**20, "bytes, which no"),
        ("[" * 100_000, "is malformed"),
    ],
)
def test_a_configuration_without_bounds_is_one_error(
    content: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message) as error:
        load_yaml(path)
    assert len(str(error.value)) < 1000


def test_a_pipe_is_no_configuration(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="is a pipe or a device"):
        load_yaml(path)


def test_aliases_within_bounds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text("a: &a [x, y]\nb: *a\n")
    assert load_yaml(path) == {"a": ["x", "y"], "b": ["x", "y"]}
