"""Text leaves through one gate per medium, and nothing passes beside it."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source import trees

GATES = {
    "print": "clue/common/console.py",
    "rich.console": "clue/common/rich_console.py",
    "csv.writer": "clue/common/csv_text.py",
    "csv.DictWriter": None,
    "sys.stdout.write": None,
    "sys.stderr.write": None,
    "logging.Formatter": "clue/common/console.py",
}
"""What writes to a medium, and the one module that uses it."""


def uses(tree: ast.Module) -> Iterator[str]:
    """Names of called functions, base classes and imported modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
        elif isinstance(node, ast.ClassDef):
            yield from map(ast.unparse, node.bases)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("name", GATES)
def test_one_module_writes_to_a_medium(name: str) -> None:
    paths = [path for path, tree in trees().items() if name in set(uses(tree))]
    assert paths == [GATES[name]] if GATES[name] else not paths
