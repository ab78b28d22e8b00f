"""The report as Markdown; its figures are separate files."""

from collections.abc import Iterator, Sequence

from analysis.report.document import Report, ReportTable, Section
from clue.common.markdown_table import markdown_table
from clue.common.markdown_text import markdown_text
from clue.marks import meanings


def render(report: Report) -> str:
    """Returns the text of report.md."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: Report) -> Iterator[str]:
    if report.marks:
        explanation = markdown_text(meanings(report.marks))
        yield f"> **{markdown_text(report.marks_text)}** {explanation}".rstrip()
    yield f"# {markdown_text(report.title)}"
    yield markdown_text(report.first.finding)
    yield from map(markdown_text, report.answer)
    for section in report.sections:
        yield f"## {markdown_text(section.title)}"
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from map(markdown_text, section.paragraphs)
    if section.points:
        yield _list(section.points)
    for group in section.groups:
        yield f"**{markdown_text(group.name)}**"
        yield _list(group.points)
    for figure in section.figures:
        yield f"![{_alt(figure.alt)}](figures/{figure.name}.png)"
        yield f"*{markdown_text(figure.title)}.* {markdown_text(figure.caption)}"
    for table in section.tables:
        yield f"**{markdown_text(table.title)}**"
        yield _table(table)
        if table.note:
            yield markdown_text(table.note)
    if section.terms:
        yield _list([f"{term.name}: {term.text}" for term in section.terms])


def _list(points: Sequence[str]) -> str:
    return "\n".join(f"* {markdown_text(point)}" for point in points)


def _table(table: ReportTable) -> str:
    align = "".join("r" if numeric else "l" for numeric in table.numeric)
    return markdown_table(table.columns, table.labelled_rows, align)


def _alt(text: str) -> str:
    """Text without square brackets, which would end an image's description."""
    return markdown_text(text.replace("[", "(").replace("]", ")"))
