"""Content of a report, independent of its output format."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.number_format import MINUS
from analysis.report.figures import RenderedFigure
from clue.marks import Marks, common, labelled


@dataclass(frozen=True)
class ReportTable:
    """A table of text; numbers are already formatted."""

    name: str
    """Name of its files."""
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    row_marks: Sequence[Marks] = ()
    """Marks of each row (`clue.marks`); empty where rows are not of one pair or model."""

    @cached_property
    def labelled_rows(self) -> Sequence[Sequence[str]]:
        """Rows whose first column also has the marks that not all rows share."""
        if not self.row_marks:
            return self.rows
        shared = common(self.row_marks)
        return [
            [labelled(row[0], marks, shared), *row[1:]]
            for row, marks in zip(self.rows, self.row_marks, strict=True)
        ]

    @cached_property
    def numeric(self) -> list[bool]:
        """For each column, True if it holds numbers and is aligned to the right."""
        return [
            all(_is_number(row[column]) for row in self.rows)
            and any(letter.isdigit() for row in self.rows for letter in row[column])
            for column in range(len(self.columns))
        ]


@dataclass(frozen=True)
class FoldedList:
    """List items under a name; the HTML page folds them."""

    name: str
    points: Sequence[str]


@dataclass(frozen=True)
class Section:
    """Content under one heading, in the order of the fields."""

    title: str
    anchor: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()
    """List items below the paragraphs."""
    groups: Sequence[FoldedList] = ()
    figures: Sequence[RenderedFigure] = ()
    tables: Sequence[ReportTable] = ()

    @property
    def is_empty(self) -> bool:
        """True if there is nothing below the heading."""
        return not (self.paragraphs or self.points or self.groups or self.figures or self.tables)


@dataclass(frozen=True)
class Report:
    """A report: the answer first, then its sections."""

    title: str
    answer: Sequence[str]
    """Paragraphs that come first."""
    sections: Sequence[Section] = field(default_factory=list)
    marks: Marks = ()
    """Marks of its results (`clue.marks`)."""
    marks_text: str = ""
    """The marks; names the models of a mark that not all have."""

    @property
    def tables(self) -> list[ReportTable]:
        """All tables, in their order."""
        return [table for section in self.sections for table in section.tables]

    @property
    def figures(self) -> list[RenderedFigure]:
        """All figures, in their order."""
        return [figure for section in self.sections for figure in section.figures]


def _is_number(text: str) -> bool:
    return not text or (text[0] in f"-{MINUS}+.<>0123456789" and not text[-1].isalpha())
