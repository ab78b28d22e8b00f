"""The columns of cells.csv, with their meaning: made from the fields of a row's dataclasses.

python -m analysis.paired_study.columns > docs/analysis-columns.md
"""

import ast
import inspect
import types
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from analysis.paired_study.rows import ComparisonKey, DataCoverage, Judgement, ResultRow
from analysis.stats.comparison import Comparison
from analysis.stats.equivalence import Rope
from analysis.stats.paired import Interval
from clue.common.markdown_table import markdown_table

SECTIONS: tuple[tuple[str, type], ...] = (
    ("key", ComparisonKey),
    ("data", DataCoverage),
    ("comparison", Comparison),
    ("judgement", Judgement),
)
"""Attribute of `Row` and its dataclass, in the order of the columns."""


class Column(NamedTuple):
    """One column."""

    name: str
    kind: type
    """str, int, float or bool; every column may be empty."""
    says: str


@cache
def columns() -> tuple[Column, ...]:
    """All columns, in their order."""
    return tuple(
        Column(name, _kind(field.hint), field.says)
        for _, made in SECTIONS
        for field in _fields(made)
        for name in _names(field)
    )


def row_values(row: ResultRow) -> dict[str, Any]:
    """A row by column name."""
    found: dict[str, Any] = {}
    for section, made in SECTIONS:
        for field in _fields(made):
            value = getattr(getattr(row, section), field.name)
            names = _names(field)
            if len(names) > 1:
                found |= zip(names, value or [None] * len(names), strict=True)
            else:
                found[field.name] = str(value) if isinstance(value, tuple) else value
    return found


def columns_markdown() -> str:
    """The columns as a Markdown document."""
    head = (
        "# Columns of `cells.csv` and `cells.parquet`\n\n"
        "Made by `python -m analysis.paired_study.columns` from the code. One row per pair, score\n"
        "and analysis, sorted. Differences are tuned minus base; scores, differences, errors and\n"
        "margins are in points (0 to 100). An empty cell: undefined or refused.\n\n"
    )
    rows = [[f"`{column.name}`", column.kind.__name__, column.says] for column in columns()]
    return f"{head}{markdown_table(['column', 'type', 'meaning'], rows)}\n"


class _Field(NamedTuple):
    name: str
    hint: Any
    says: str


@cache
def _fields(made: type) -> tuple[_Field, ...]:
    hints, says = get_type_hints(made), _docs(made)
    return tuple(
        _Field(field.name, hints[field.name], says.get(field.name, "")) for field in fields(made)
    )


def _names(field: _Field) -> list[str]:
    """Intervals and the three shares of a region of equivalence have a column for each part."""
    parts: tuple[str, ...] = ()
    for option in _options(field.hint):
        if option is Interval:
            parts = Interval._fields
        elif get_origin(option) is tuple and set(get_args(option)) == {float}:
            parts = Rope._fields
    return [f"{field.name}_{part}" for part in parts] or [field.name]


def _kind(hint: Any) -> type:
    options = _options(hint)
    if any(get_origin(option) is Literal for option in options) or len(options) > 1:
        return str
    return options[0] if options[0] in (str, bool, int) else float


def _options(hint: Any) -> tuple[Any, ...]:
    """Members of a union without None; the hint itself otherwise."""
    if get_origin(hint) not in (Union, types.UnionType):
        return (hint,)
    return tuple(option for option in get_args(hint) if option is not types.NoneType)


def _docs(made: type) -> dict[str, str]:
    """Field to the text below it in the source."""
    (tree,) = ast.parse(inspect.getsource(made)).body
    assert isinstance(tree, ast.ClassDef)
    return dict(_described(tree.body))


def _described(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    name = ""
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield name, " ".join(str(node.value.value).split())
            name = ""


if __name__ == "__main__":
    print(columns_markdown(), end="")
