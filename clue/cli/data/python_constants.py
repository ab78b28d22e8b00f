"""Constants of a Python script, read from its syntax tree; no code is run or imported."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from clue.data.readers import open_text
from clue.errors import DataError

MAX_CHARACTERS = 100_000
"""Longest sum of texts that is read: `x = x + x` in 40 lines would fill the memory."""
KINDS = {str: "text", int: "whole number"}

Plain = TypeVar("Plain", str, int)


class ScriptConstant(NamedTuple):
    """Value and line of a constant."""

    value: str | int | None
    """None: neither a text, nor a whole number, nor a sum of texts."""
    line: int


@dataclass(frozen=True)
class Script:
    """Parsed script; a failed lookup raises DataError with path, line and name."""

    path: Path
    tree: ast.Module
    lines: int

    @classmethod
    def read(cls, path: Path) -> "Script":
        """Parses a file.

        Raises:
            DataError: the file is not UTF-8, or no Python.
        """
        with open_text(path) as file:
            return cls.of(file.read(), path)

    @classmethod
    def of(cls, text: str, path: Path) -> "Script":
        """Parses a text; `path` is for messages."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about lone backslashes in a text
                tree = ast.parse(text)
        except SyntaxError as error:
            raise DataError(f"{path}, line {error.lineno}: no Python ({error.msg})") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise DataError(f"{path} cannot be parsed: {error}") from error
        return cls(path, tree, len(text.splitlines()))

    @cached_property
    def constants(self) -> Mapping[str, ScriptConstant]:
        """Constants assigned to names at module level; the last of several assignments."""
        constants: dict[str, ScriptConstant] = {}
        for target, value in _assignments(self.tree.body):
            if isinstance(target, ast.Name):
                constants[target.id] = _evaluate(value, constants)
        return constants

    def constant(self, name: str, kind: type[Plain]) -> tuple[Plain, int]:
        """Returns the text or number assigned to a name, and its line."""
        if name not in self.constants:
            raise self._missing(f"constant {name}")
        constant = self.constants[name]
        return self._value(name, constant, kind), constant.line

    def default(self, function: str, parameter: str) -> str:
        """Returns the text that is the default of a function's parameter."""
        signature = self._function(function).args
        positional = [*signature.posonlyargs, *signature.args]
        without_default = len(positional) - len(signature.defaults)
        values = [*[None] * without_default, *signature.defaults, *signature.kw_defaults]
        for argument, value in zip([*positional, *signature.kwonlyargs], values, strict=True):
            if argument.arg == parameter and value is not None:
                return self._value(parameter, _evaluate(value, self.constants), str)
        raise self._missing(f"default of the parameter {parameter} of {function}()")

    def entry(self, function: str, key: str) -> str:
        """Returns the text assigned to `...[key]` in a function; the outermost of several."""
        for target, value in _assignments(ast.walk(self._function(function))):
            if isinstance(target, ast.Subscript) and _evaluate(target.slice, {}).value == key:
                return self._value(key, _evaluate(value, self.constants), str)
        raise self._missing(f"assignment to [{key!r}] in {function}()")

    def _function(self, name: str) -> ast.FunctionDef:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return node
        raise self._missing(f"function {name}()")

    def _value(self, name: str, constant: ScriptConstant, kind: type[Plain]) -> Plain:
        if not isinstance(constant.value, kind):
            raise DataError(f"{self.path}, line {constant.line}: {name} is no plain {KINDS[kind]}")
        return constant.value

    def _missing(self, item: str) -> DataError:
        lines = (f"{name} (line {constant.line})" for name, constant in self.constants.items())
        return DataError(
            f"{self.path}, lines 1 to {self.lines}: no {item}; constants are "
            f"{', '.join(lines) or 'none'}"
        )


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((target, node.value) for target in node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield node.target, node.value
        elif isinstance(node, ast.AugAssign):  # its result is no plain constant
            yield node.target, ast.copy_location(ast.Tuple([], ast.Load()), node)


def _evaluate(node: ast.expr, constants: Mapping[str, ScriptConstant]) -> ScriptConstant:
    """Evaluates an expression: a constant, a name of a constant, or a sum of such texts."""
    line, parts = node.lineno, []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(_evaluate(node.right, constants).value)
        node = node.left
    parts.append(_term(node, constants))
    texts = [part for part in reversed(parts) if isinstance(part, str)]
    if len(parts) == 1:
        return ScriptConstant(parts[0], line)
    is_text = len(texts) == len(parts) and sum(map(len, texts)) <= MAX_CHARACTERS
    return ScriptConstant("".join(texts) if is_text else None, line)


def _term(node: ast.expr, constants: Mapping[str, ScriptConstant]) -> str | int | None:
    if isinstance(node, ast.Name) and node.id in constants:
        return constants[node.id].value
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None
