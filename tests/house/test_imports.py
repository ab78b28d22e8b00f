"""Modules import downwards only: there is no circle of files and none of packages."""

import ast
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from tests.house.source import module_name, trees

LAYERS = (
    ("clue", "clue.errors", "clue.records", "clue.icd", "clue.student_t", "clue.marks"),
    ("clue.cluster_robust",),
    ("clue.common",),
    ("clue.config",),
    ("clue.data", "clue.checkpoints", "clue.store", "clue.privacy"),
    ("clue.outgoing",),
    ("clue.task",),
    ("clue.backends", "clue.metrics"),
    ("clue.fingerprint", "clue.choice_scoring"),
    ("clue.cell", "clue.study"),
    ("clue.tracking",),
    ("clue.evaluation",),
    ("clue.launch",),
    ("clue.cli",),
    ("clue.api",),
    ("run", "clue.__main__"),
    ("analysis", "analysis.errors", "analysis.published", "analysis.result_formats"),
    ("analysis.settings", "analysis.names", "analysis.number_format", "analysis.html_templates"),
    ("analysis.cell_columns",),
    ("analysis.stats", "analysis.cells", "analysis.configuration"),
    ("analysis.meta", "analysis.thinking"),
    ("analysis.sentences", "analysis.readers"),
    ("analysis.pairing",),
    ("analysis.paired_study",),
    ("analysis.report", "analysis.samples"),
    ("analysis.api",),
    ("analysis.cli",),
    ("analysis.__main__",),
)
"""From the bottom to the top; a package imports from lower layers and from itself only."""


FACES = ("clue", "analysis")
"""These modules lend the names of their interface, which they import with the first use."""


def imports() -> dict[str, set[str]]:
    """Module to the modules of the project that it imports, also inside of functions."""
    names = {module_name(path) for path in trees()}
    modules = {module_name(path): tree for path, tree in trees().items()}
    return {
        name: set() if name in FACES else set(_imported(tree, names))
        for name, tree in modules.items()
    }


def _imported(tree: ast.Module, names: set[str]) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield from {full if full in names else node.module} & names
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & names


def package(module: str) -> str:
    """The layer's name that a module belongs to: its package, or itself at the top of one."""
    return ".".join(module.split(".")[:2])


def test_every_package_has_a_layer() -> None:
    declared = [name for layer in LAYERS for name in layer]
    assert len(set(declared)) == len(declared)
    assert {package(module) for module in imports()} == set(declared)


def test_nothing_is_imported_upwards_or_sideways() -> None:
    height = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    upwards = [
        f"{module} imports {other}"
        for module, others in sorted(imports().items())
        for other in sorted(others)
        if package(module) != package(other) and height[package(module)] <= height[package(other)]
    ]
    assert not upwards


def test_clue_imports_nothing_of_the_analysis() -> None:
    assert not [
        module
        for module, others in imports().items()
        if module.startswith("clue") and any(other.startswith("analysis") for other in others)
    ]


def test_files_import_each_other_in_no_circle() -> None:
    _sorted(imports())


def test_a_circle_would_be_seen() -> None:
    import graphlib

    import pytest

    with pytest.raises(graphlib.CycleError):
        _sorted({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def _sorted(graph: Mapping[str, set[str]]) -> list[str]:
    return list(TopologicalSorter(graph).static_order())
