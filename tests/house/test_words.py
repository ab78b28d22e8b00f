"""Docstrings are plain technical English: a module's begins with what it is or does."""

import ast

from tests.house.source import trees

RIDDLES = ("What", "How", "Which", "Whether", "Where", "Why", "When", "Who")


def test_no_module_docstring_begins_with_a_riddle() -> None:
    first = {
        path: (ast.get_docstring(tree) or "").split(maxsplit=1)[:1]
        for path, tree in trees().items()
    }
    assert [
        path for path, words in first.items() if words and words[0].strip(",:") in RIDDLES
    ] == []


def test_no_public_docstring_begins_with_a_riddle() -> None:
    riddles = [
        f"{path}: {node.name}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and _is_riddle(node)
    ]
    assert riddles == []


def _is_riddle(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> bool:
    first, *_ = (ast.get_docstring(node) or "-").split(maxsplit=1)
    return first.strip(",:") in RIDDLES
