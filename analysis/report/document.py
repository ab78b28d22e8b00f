"""Content of a report, independent of its output format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analysis.number_format import MINUS
from analysis.report.figures import RenderedFigure
from analysis.report.glossary import Term
from analysis.sentences.headline import Outcome, VerdictLine
from clue.marks import Marks, common, labelled, marked


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
    row_anchors: Sequence[str] = ()
    """Place in the page with the items of each row; empty where a row is not of one pair."""

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
    terms: Sequence[Term] = ()

    @property
    def is_empty(self) -> bool:
        """True if there is nothing below the heading."""
        lists = (self.paragraphs, self.points, self.groups, self.figures, self.tables, self.terms)
        return not any(lists)


@dataclass(frozen=True)
class Strip:
    """A pair of the forest plot in two lines: words, and an interval on an axis."""

    name: str
    text: str
    """Difference with its interval."""
    symbol: str
    outcome: Outcome
    axis: Mapping[str, float]
    """Positions in percent of the width: `low`, `high`, `mean`, `zero`, `margin_low`,
    `margin_high`; without an interval or a margin its ends are left out."""


@dataclass(frozen=True)
class FirstScreen:
    """The finding of a report, for readers who see nothing else."""

    verdict: VerdictLine
    sentence: str
    """The finding in a plain sentence."""
    marks: Marks = ()
    """Marks of the results behind the sentence."""
    numbers: Mapping[Outcome, int] = field(default_factory=dict)
    """Comparisons of each outcome; empty if nothing was compared."""
    counted: str = ""
    """Says of which comparisons these are the numbers."""
    basis: Sequence[tuple[str, str]] = ()
    """Label and text of everything that the finding rests on."""
    warnings: Sequence[str] = ()
    strips: Sequence[Strip] = ()
    """The forest plot for a narrow screen."""

    @property
    def finding(self) -> str:
        """Marks, verdict and sentence, for a text that is read without the page."""
        return marked(self.marks, f"{self.verdict.text}. {self.sentence}")


@dataclass(frozen=True)
class Report:
    """A report: the finding first, then the answer in words, then its sections."""

    title: str
    first: FirstScreen
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
