"""The declared dependencies are those that the code imports, and every one has a tested version."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from clue.config.folders import ROOT
from tests.house.source import PACKAGES, trees

NOT_IMPORTED = {
    "accelerate": "transformers places weights on devices with it",
    "gguf": "transformers reads GGUF files with it",
    "hydra-joblib-launcher": "Hydra finds its plugins by itself",
    "hydra-submitit-launcher": "Hydra finds its plugins by itself",
}
OWN_ENVIRONMENT = {"vllm": "its requirements exclude those of this project: docs/backends.md"}
PARTS = {"mlflow-skinny": "mlflow"}
"""Distributions that another one installs and completes."""


def imported() -> Iterator[str]:
    """Top-level packages that the code imports, or reads data files of by name."""
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "files":
                yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def used() -> set[str]:
    """Distributions of the imported packages."""
    owners = packages_distributions()
    names = set(imported()) - set(sys.stdlib_module_names) - set(PACKAGES) - set(OWN_ENVIRONMENT)
    distributions = {_normal(owners[name][0]) for name in names}
    return {PARTS.get(name, name) for name in distributions}


def declared() -> set[str]:
    """Names in `dependencies` of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {_normal(re.split(r"[\[<>=; ]", entry)[0]) for entry in project["dependencies"]}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_dependencies_are_declared_exactly() -> None:
    assert declared() == used() | set(NOT_IMPORTED)


def test_every_dependency_has_a_tested_version() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    tested = {_normal(line.partition("==")[0]) for line in lines if "==" in line}
    assert declared() <= tested
