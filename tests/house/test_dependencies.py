"""The declared dependencies are those that the code imports, and every one has a tested version."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions

from clue.config.folders import ROOT
from tests.house.source import PACKAGES, trees

NOT_IMPORTED = {
    "accelerate": "transformers places weights on devices with it",
    "gguf": "transformers reads GGUF files with it",
    "hydra-joblib-launcher": "Hydra finds its plugins by itself",
    "hydra-submitit-launcher": "Hydra finds its plugins by itself",
}
DEVELOPMENT = ("tests", "benchmarks", "examples")
OWN_ENVIRONMENT = {
    "vllm": "its requirements exclude those of this project: docs/backends.md",
    "lm_eval": "only benchmarks.likelihood compares with it",
}
EXTRAS = {"ray": "clue.launch.ray_launcher imports it if it is chosen"}
"""Packages that only those need who install an extra."""
OF_OTHERS = {
    "markdown-it-py": "rich",
    "nmslib-metabrainz": "scispacy",
    "sqlalchemy": "mlflow",
    "tokenizers": "transformers",
}
"""Distributions that tests use and a declared one requires."""


def imported(modules: Iterable[ast.Module]) -> Iterator[str]:
    """Top-level packages that modules import, or read data files of by name."""
    for node in (node for tree in modules for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "files":
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))


def distributions(modules: Iterable[ast.Module]) -> set[str]:
    """Distributions of the packages that modules import; of several, the declared one."""
    owners = packages_distributions()
    own = {*PACKAGES, *DEVELOPMENT, "run"}
    names = (
        set(imported(modules)) - set(sys.stdlib_module_names) - own - {*OWN_ENVIRONMENT, *EXTRAS}
    )
    return {_preferred({_normal(owner) for owner in owners[name]}) for name in names}


def _preferred(owners: set[str]) -> str:
    return min(owners & (declared() | declared("dev")) or owners)


def declared(extra: str | None = None) -> set[str]:
    """Names in `dependencies` of pyproject.toml, or in one of its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    entries = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {_normal(re.split(r"[\[<>=; ]", entry)[0]) for entry in entries}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_dependencies_are_declared_exactly() -> None:
    assert declared() == distributions(trees().values()) | set(NOT_IMPORTED)


def test_tests_benchmarks_and_examples_use_declared_dependencies() -> None:
    paths = [path for folder in DEVELOPMENT for path in (ROOT / folder).rglob("*.py")]
    used = distributions(ast.parse(path.read_text()) for path in paths)
    assert used - declared() - declared("dev") == set(OF_OTHERS)


def test_every_dependency_has_a_tested_version() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    tested = {_normal(line.partition("==")[0]) for line in lines if "==" in line}
    assert declared() <= tested
