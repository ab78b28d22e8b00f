"""Constants of a Python script, read from its parse: nothing of it is run or imported."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from clue.data.readers import opened
from clue.errors import DataError

LONGEST = 100_000
"""Characters above which a sum of texts is no prompt: `x = x + x` in 40 lines fills the memory."""
KINDS = {str: "text", int: "whole number"}

Plain = TypeVar("Plain", str, int)


class Literal(NamedTuple):
    """A constant and where it stands."""

    value: str | int | None
    """None where it is anything but a text, a whole number, or a sum of texts."""
    line: int


@dataclass(frozen=True)
class Script:
    """A parsed script; a lookup that fails raises DataError with path, line and name."""

    path: Path
    tree: ast.Module
    lines: int

    @classmethod
    def read(cls, path: Path) -> "Script":
        """Parse a file.

        Raises:
            DataError: it is not UTF-8, or no Python.
        """
        with opened(path) as file:
            return cls.of(file.read(), path)

    @classmethod
    def of(cls, text: str, path: Path) -> "Script":
        """Parse a text; `path` is for messages."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of lone backslashes in a text
                tree = ast.parse(text)
        except SyntaxError as error:
            raise DataError(f"{path}, line {error.lineno}: no Python ({error.msg})") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise DataError(f"{path} cannot be parsed: {error}") from error
        return cls(path, tree, len(text.splitlines()))

    @cached_property
    def constants(self) -> Mapping[str, Literal]:
        """What is assigned to names at module level; of several assignments the last."""
        found: dict[str, Literal] = {}
        for target, value in _assignments(self.tree.body):
            if isinstance(target, ast.Name):
                found[target.id] = _literal(value, found)
        return found

    def constant(self, name: str, kind: type[Plain]) -> tuple[Plain, int]:
        """A text or number assigned to a name, and its line."""
        if name not in self.constants:
            raise self._lacks(f"constant {name}")
        found = self.constants[name]
        return self._plain(name, found, kind), found.line

    def default(self, function: str, parameter: str) -> str:
        """The text that a parameter of a function has unless told otherwise."""
        signature = self._function(function).args
        named = [*signature.posonlyargs, *signature.args]
        without = len(named) - len(signature.defaults)
        values = [*[None] * without, *signature.defaults, *signature.kw_defaults]
        for argument, value in zip([*named, *signature.kwonlyargs], values, strict=True):
            if argument.arg == parameter and value is not None:
                return self._plain(parameter, _literal(value, self.constants), str)
        raise self._lacks(f"default of the parameter {parameter} of {function}()")

    def entry(self, function: str, key: str) -> str:
        """The text that is assigned to `...[key]` in a function; of several the outermost."""
        for target, value in _assignments(ast.walk(self._function(function))):
            if isinstance(target, ast.Subscript) and _literal(target.slice, {}).value == key:
                return self._plain(key, _literal(value, self.constants), str)
        raise self._lacks(f"assignment to [{key!r}] in {function}()")

    def _function(self, name: str) -> ast.FunctionDef:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        raise self._lacks(f"function {name}()")

    def _plain(self, name: str, found: Literal, kind: type[Plain]) -> Plain:
        if not isinstance(found.value, kind):
            raise DataError(f"{self.path}, line {found.line}: {name} is no plain {KINDS[kind]}")
        return found.value

    def _lacks(self, what: str) -> DataError:
        known = ", ".join(f"{name} (line {each.line})" for name, each in self.constants.items())
        return DataError(
            f"{self.path}, lines 1 to {self.lines}: no {what}; constants are {known or 'none'}"
        )


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.AugAssign):  # what it comes to is no plain constant
            yield node.target, ast.copy_location(ast.Tuple([], ast.Load()), node)


def _literal(node: ast.expr, known: Mapping[str, Literal]) -> Literal:
    """What an expression plainly is: a constant, a known name, or a sum of such texts."""
    line, parts = node.lineno, []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(_literal(node.right, known).value)
        node = node.left
    parts.append(_single(node, known))
    texts = [part for part in reversed(parts) if isinstance(part, str)]
    if len(parts) == 1:
        return Literal(parts[0], line)
    whole = len(texts) == len(parts) and sum(map(len, texts)) <= LONGEST
    return Literal("".join(texts) if whole else None, line)


def _single(node: ast.expr, known: Mapping[str, Literal]) -> str | int | None:
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id].value
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
