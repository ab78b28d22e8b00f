"""The report as Markdown, with its figures as files beside it."""

from collections.abc import Iterator, Sequence

from analysis.report.document import Document, Section, Table


def render(document: Document) -> str:
    """The text of report.md."""
    return "\n\n".join(_parts(document)) + "\n"


def _parts(document: Document) -> Iterator[str]:
    yield f"# {document.title}"
    yield from document.answer
    for section in document.sections:
        yield f"## {section.title}"
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield from section.paragraphs
    if section.points:
        yield _list(section.points)
    for group in section.groups:
        yield f"**{group.name}**"
        yield _list(group.points)
    for figure in section.figures:
        yield f"![{_plain(figure.alt)}](figures/{figure.name}.png)"
        yield f"*{figure.title}.* {figure.caption}"
    for table in section.tables:
        yield f"**{table.title}**"
        yield _table(table)
        if table.note:
            yield table.note


def _list(points: Sequence[str]) -> str:
    return "\n".join(f"* {point}" for point in points)


def _table(table: Table) -> str:
    rules = ["---:" if numeric else "---" for numeric in table.numeric]
    lines = [table.columns, rules, *table.rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _plain(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")
