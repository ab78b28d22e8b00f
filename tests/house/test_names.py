"""Names carry content: what a binding holds, not where a sentence would have it."""

import ast
from collections import Counter
from collections.abc import Iterator

from tests.house.source import lines, trees

EMPTY = frozenset(
    {
        *("made", "found", "said", "place", "places", "known", "told", "given", "each", "wanted"),
        *("asked", "named", "left", "kept", "whole", "ends"),
    }
)
"""Participles and pronouns that say nothing of what they hold."""
MOST = 3.0
"""Bindings of such names per 1,000 lines."""


def bindings(tree: ast.AST) -> Iterator[str]:
    """Names that a module binds: assignments, loops, arguments, attributes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def test_bindings_carry_content() -> None:
    total = sum(lines(path) for path in trees())
    empty = Counter(
        (path, name)
        for path, tree in trees().items()
        for name in bindings(tree)
        if name.strip("_") in EMPTY
    )
    assert 1000 * empty.total() / total < MOST, empty.most_common(40)


def test_a_class_name_means_one_thing() -> None:
    classes = Counter(
        node.name
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in classes.items() if count > 1] == []
