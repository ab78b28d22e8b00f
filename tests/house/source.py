"""The project's source as syntax trees: what the tests of its own shape measure."""

import ast
from functools import cache
from pathlib import Path

from clue.config.folders import ROOT

PACKAGES = ("clue", "analysis")


@cache
def trees() -> dict[str, ast.Module]:
    """Path below the project to the syntax tree of every module of the packages, and `run.py`."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for path in (*paths, ROOT / "run.py")
    }


def lines(path: str) -> int:
    """Number of lines of a module."""
    return len((ROOT / path).read_text().splitlines())


def module_name(path: str) -> str:
    """The dotted name under which a file is imported."""
    return ".".join(Path(path).with_suffix("").parts).removesuffix(".__init__")
