"""Bounds of YAML files: their bytes, and the values that they have after aliases are replaced."""

from pathlib import Path

import yaml

from clue.common import bounds

MAX_BYTES = 2**20
MAX_VALUES = 100_000
"""An alias repeats a value: ten lines of ten aliases each are ten billion values."""


def check_size(path: Path, fail: bounds.Fail) -> None:
    """Check a file before it is parsed into values.

    Raises:
        Exception: `fail`, if it is no file, or larger than a configuration is.
        OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError: it cannot be read.
    """
    with bounds.open_bounded(path, fail) as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise fail(f"has more than {MAX_BYTES:,} bytes, which no configuration file has")
    root = yaml.compose(content, yaml.SafeLoader)
    if root is not None and _values(root, {}) > MAX_VALUES:
        raise fail(f"has more than {MAX_VALUES:,} values, which no configuration file has")


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """Number of values below a node; more than any bound if the node contains itself."""
    if id(node) not in known:
        known[id(node)] = MAX_VALUES + 1
        children: list[yaml.Node] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [part for pair in node.value for part in pair]
        known[id(node)] = 1 + sum(_values(child, known) for child in children)
    return known[id(node)]
