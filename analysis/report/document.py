"""What a report consists of, whatever it is written as."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.report.figures import Drawn


@dataclass(frozen=True)
class Table:
    """Text in columns; numbers are already as they are read."""

    name: str
    """Of its files."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @cached_property
    def numeric(self) -> list[bool]:
        """Which columns are set to the right."""
        return [
            all(_number(row[place]) for row in self.rows)
            and any(letter.isdigit() for row in self.rows for letter in row[place])
            for place in range(len(self.columns))
        ]


@dataclass(frozen=True)
class Group:
    """Points under a name; a page folds them."""

    name: str
    points: Sequence[str]


@dataclass(frozen=True)
class Section:
    """A part under a heading."""

    title: str
    anchor: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()
    """A list below the paragraphs."""
    groups: Sequence[Group] = ()
    figures: Sequence[Drawn] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Document:
    """The report."""

    title: str
    answer: Sequence[str]
    """Paragraphs that come first."""
    sections: Sequence[Section] = field(default_factory=list)

    @property
    def tables(self) -> list[Table]:
        """All tables, in their order."""
        return [table for section in self.sections for table in section.tables]

    @property
    def figures(self) -> list[Drawn]:
        """All figures, in their order."""
        return [figure for section in self.sections for figure in section.figures]


def _number(text: str) -> bool:
    return not text or (text[0] in "-+.<>0123456789" and not text[-1].isalpha())
