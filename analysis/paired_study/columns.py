"""Columns of the tables, from the dataclasses of a row and their docstrings.

python -m analysis.paired_study.columns > docs/analysis-columns.md
"""

import ast
import inspect
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from analysis.paired_study.contrasts import Contrast, ContrastKey
from analysis.paired_study.draw_rows import SampledScore
from analysis.paired_study.exam_contrast import ExamDifference, ExamKey
from analysis.paired_study.format_content_rows import FormatContent, SplitKey
from analysis.paired_study.group_differences import GroupDifference, GroupKey
from analysis.paired_study.item_slopes import ItemSlope, SlopeKey
from analysis.paired_study.numeric_rows import (
    FailureRow,
    ModeratorRow,
    PooledPair,
    PublishedRow,
    ReplicationRow,
    RowMarks,
    ScoreOfModel,
    SensitivityRow,
    ShrunkenRow,
)
from analysis.paired_study.prompt_factor_rows import (
    PromptFactor,
    SinglePrompt,
    SinglePromptKey,
)
from analysis.paired_study.prompt_setting_rows import CommonItems, SettingChange, SettingKey
from analysis.paired_study.rows import ComparisonKey, DataCoverage, Judgement
from analysis.paired_study.score_key import ScoreKey
from analysis.paired_study.thought_rows import PairThoughts
from analysis.paired_study.variance_table import VarianceShares
from analysis.stats.comparison import Comparison
from analysis.stats.equivalence import Rope
from analysis.stats.paired import Interval
from clue.common.console import print_lines
from clue.common.markdown_table import markdown_table
from clue.marks import joined

Sections = tuple[tuple[str, type], ...]
"""Attribute of a row and its dataclass, in the order of the columns."""

SECTIONS: Sections = (
    ("key", ComparisonKey),
    ("data", DataCoverage),
    ("comparison", Comparison),
    ("judgement", Judgement),
)
"""Of `ResultRow`."""
SETTING_SECTIONS: Sections = (
    ("key", SettingKey),
    ("items", CommonItems),
    ("change", SettingChange),
)
"""Of `SettingRow`."""


class DescribedTable(NamedTuple):
    """A table besides cells.csv."""

    sections: Sections
    introduction: str
    """Text above its columns; lines as they are printed."""
    is_optional: bool = False
    """The file is written only if there are rows."""


TABLES: Mapping[str, DescribedTable] = {
    "prompt_settings": DescribedTable(
        SETTING_SECTIONS,
        "Three rows per pair, task or level, and two prompt settings, on the items that both\n"
        "settings scored. All of them are exploratory. Without a second prompt setting the table\n"
        "is empty. Scores and differences are in points.",
    ),
    "item_slopes": DescribedTable(
        (("key", SlopeKey), ("slope", ItemSlope)),
        "A row per pair, task score and property of items. All of them are exploratory.",
    ),
    "groups": DescribedTable(
        (("key", GroupKey), ("difference", GroupDifference)),
        "A row per pair, task score and group of items, for tasks whose file names groups\n"
        "(`strata`). All of them are exploratory.",
    ),
    "contrasts": DescribedTable(
        (("key", ContrastKey), ("contrast", Contrast)),
        "A row per requested contrast of two pairs (`contrasts=[first:second]`), data set and\n"
        "level. Without a request the table is empty.",
    ),
    "variance": DescribedTable(
        (("key", ScoreKey), ("shares", VarianceShares)),
        "A row per pair and task score: where the error of the difference comes from.",
    ),
    "exam_contrast": DescribedTable(
        (("key", ExamKey), ("difference", ExamDifference)),
        "A row per pair: its difference on exam questions minus that on clinical tasks, and minus\n"
        "that in each level. Without `level_contrast` in the study the table is empty.",
    ),
    "format_content": DescribedTable(
        (("key", SplitKey), ("split", FormatContent)),
        "A row per pair and data set or level: the difference split into the share of readable\n"
        "answers and the quality of these. All of them are exploratory.",
    ),
    "prompts": DescribedTable(
        (("key", ScoreKey), ("factor", PromptFactor)),
        "A row per pair and task score whose items were asked with a population of prompts\n"
        "(`prompt=spread`, `prompt=crossed`). All of them are exploratory. Without a population\n"
        "the table is empty.",
    ),
    "prompt_differences": DescribedTable(
        (("key", SinglePromptKey), ("single", SinglePrompt)),
        "A row per pair, task score and prompt of a population: descriptive, not tested.",
    ),
    "draws": DescribedTable(
        (("key", ScoreKey), ("score", SampledScore)),
        "A row per pair and task score of which a model has several draws of a prompt\n"
        "(`generation.draws`): what sampling adds to the error of the difference, and the votes\n"
        "of each model. Nothing of it is tested. Without draws the table is empty.",
    ),
    "thoughts": DescribedTable(
        (("key", ScoreKey), ("thoughts", PairThoughts)),
        "A row per pair and task on which a model thinks before it answers (`thinking.mode`).\n"
        "Nothing of it is tested. If no model thinks, the file is not written.",
        is_optional=True,
    ),
}
"""By name of the file."""
ORIGIN = ("origin", RowMarks)
"""Last column of a numeric table."""
NUMERIC_TABLES: Mapping[str, DescribedTable] = {
    "pairs": DescribedTable(
        (("row", PooledPair), ORIGIN),
        "The pairs of the most comprehensive level, as `python -m analysis meta` reads them:\n"
        "`python -m analysis meta pairs_numeric.csv --covariance pairs_covariance.csv`. The other\n"
        "levels are in cells.csv (`scope` is `level`).",
    ),
    "scores": DescribedTable(
        (("row", ScoreOfModel), ORIGIN),
        "A row per model and score; also for tables/ranks.csv.",
    ),
    "shrinkage": DescribedTable((("row", ShrunkenRow), ORIGIN), "A row per pair and data set."),
    "sensitivity": DescribedTable((("row", SensitivityRow), ORIGIN), "A row per analysis."),
    "moderators": DescribedTable(
        (("row", ModeratorRow), ORIGIN), "A row per level and kind of pairs."
    ),
    "replicability": DescribedTable(
        (("row", ReplicationRow), ORIGIN), "A row per pair or task and direction."
    ),
    "failures": DescribedTable(
        (("row", FailureRow), ORIGIN), "A row per pair, task and kind; also for tables/ledger.csv."
    ),
    "literature": DescribedTable((("row", PublishedRow), ORIGIN), "A row per published score."),
}
"""By name of the formatted table in `tables/`; the file is `<name>_numeric.csv`."""


NUMERIC = (
    "\n# Numeric tables of the report\n\nThe cells of `tables/*.csv` are formatted for people. "
    "The numbers of `tables/tasks.csv`\nand `tables/equivalence.csv` are in cells.csv, those of "
    "tables that have the name of a file\nabove in that file, and those of the other tables in "
    "the files below, with all digits.\n"
)
"""Introduces the numeric tables of the report."""
TEXTS = tuple[str, ...]
"""Type of a field whose texts are joined in one column."""


class Column(NamedTuple):
    """One column."""

    name: str
    kind: type
    """str, int, float or bool; every column may be empty."""
    meaning: str


@cache
def columns(sections: Sections = SECTIONS) -> tuple[Column, ...]:
    """All columns of a table, in their order."""
    return tuple(
        Column(name, _kind(field.hint), field.meaning)
        for _, section_type in sections
        for field in _fields(section_type)
        for name in _names(field)
    )


def row_values(row: NamedTuple, sections: Sections = SECTIONS) -> dict[str, Any]:
    """A row by column name."""
    values: dict[str, Any] = {}
    for section, members in _plan(sections):
        part = getattr(row, section)
        for name, names, is_texts in members:
            value = getattr(part, name)
            if names:
                values |= zip(names, value or [None] * len(names), strict=True)
            else:
                values[name] = joined(value) if is_texts else _plain(value)
    return values


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, tuple) else value


def columns_markdown() -> str:
    """The columns as a Markdown document."""
    cells = (
        "# Columns of `cells.csv` and `cells.parquet`\n\n"
        "Made by `python -m analysis.paired_study.columns` from the code. One row per pair, score\n"
        "and analysis, sorted. Differences are tuned minus base; scores, differences, errors and\n"
        "margins are in points (0 to 100). An empty cell: undefined or refused. Where items are\n"
        "asked with a population of prompts, rows of levels are for prompts like these: errors\n"
        "include the variance between prompts. All other rows are for exactly these prompts.\n\n"
    )
    others = (
        f"\n# Columns of `{name}.csv`\n\n{table.introduction}\n\n"
        f"{_table(columns(table.sections))}\n"
        for name, table in TABLES.items()
    )
    numeric = (
        f"\n# Columns of `tables/{name}_numeric.csv`\n\n{table.introduction}\n\n"
        f"{_table(columns(table.sections))}\n"
        for name, table in NUMERIC_TABLES.items()
    )
    return f"{cells}{_table(columns())}\n{''.join(others)}{NUMERIC}{''.join(numeric)}"


def _table(described: tuple[Column, ...]) -> str:
    rows = [[f"`{column.name}`", column.kind.__name__, column.meaning] for column in described]
    return markdown_table(["column", "type", "meaning"], rows)


class _Field(NamedTuple):
    name: str
    hint: Any
    meaning: str


class _Member(NamedTuple):
    """A field with what its value needs to become one column or several."""

    name: str
    names: Sequence[str]
    """Columns of its parts; empty: it has one column, with its own name."""
    is_texts: bool


def _member(field: _Field) -> _Member:
    names = _names(field)
    return _Member(field.name, names if len(names) > 1 else (), field.hint == TEXTS)


@cache
def _plan(sections: Sections) -> tuple[tuple[str, tuple[_Member, ...]], ...]:
    """Sections with their members: types are looked at once, not for each row."""
    return tuple((section, tuple(map(_member, _fields(kind)))) for section, kind in sections)


@cache
def _fields(section_type: type) -> tuple[_Field, ...]:
    hints, meanings = get_type_hints(section_type), _docstrings(section_type)
    return tuple(
        _Field(field.name, hints[field.name], meanings.get(field.name, ""))
        for field in fields(section_type)
    )


@cache
def _names(field: _Field) -> list[str]:
    """Column names of a field; intervals and shares of a region of equivalence have several."""
    parts: tuple[str, ...] = ()
    for option in _options(field.hint):
        if option is Interval:
            parts = Interval._fields
        elif get_origin(option) is tuple and set(get_args(option)) == {float}:
            parts = Rope._fields
    return [f"{field.name}_{part}" for part in parts] or [field.name]


def _kind(hint: Any) -> type:
    options = _options(hint)
    literal = any(get_origin(option) is Literal for option in options)
    if literal or len(options) > 1 or hint == TEXTS:
        return str
    return options[0] if options[0] in (str, bool, int) else float


def _options(hint: Any) -> tuple[Any, ...]:
    """Members of a union without None; the hint itself otherwise."""
    if get_origin(hint) not in (Union, types.UnionType):
        return (hint,)
    return tuple(option for option in get_args(hint) if option is not types.NoneType)


def _docstrings(section_type: type) -> dict[str, str]:
    """Field to the docstring below it in the source of its class."""
    meanings: dict[str, str] = {}
    for part in section_type.__mro__[:-1]:
        (tree,) = ast.parse(inspect.getsource(part)).body
        assert isinstance(tree, ast.ClassDef)
        meanings |= dict(_field_docstrings(tree.body))
    return meanings


def _field_docstrings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    name = ""
    for node in body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield name, " ".join(str(node.value.value).split())
            name = ""


if __name__ == "__main__":
    print_lines(columns_markdown().rstrip())
