"""Docstrings are plain technical English: a module's begins with what it is or does."""

import ast

from clue.config.folders import ROOT
from tests.house.source import trees

OTHERS = ("tests", "benchmarks", "examples")
RIDDLES = ("What", "How", "Which", "Whether", "Where", "Why", "When", "Who")


def test_no_module_docstring_begins_with_a_riddle() -> None:
    first = {
        path: (ast.get_docstring(tree) or "").split(maxsplit=1)[:1]
        for path, tree in trees().items()
    }
    assert [
        path for path, words in first.items() if words and words[0].strip(",:") in RIDDLES
    ] == []


def test_no_module_of_tests_benchmarks_or_examples_begins_with_a_riddle() -> None:
    paths = [path for folder in OTHERS for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in paths if _is_riddle(ast.parse(path.read_text()))] == []


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
