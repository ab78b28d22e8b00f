"""Names, labels and answers of any origin stay text in every format of a report."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from matplotlib.figure import Figure

from analysis.report.document import FirstScreen, FoldedList, Report, ReportTable, Section, Strip
from analysis.report.drilldown import ChangedItem, ChangedItems
from analysis.report.figures import RenderedFigure, theme
from analysis.report.formats import html, latex, markdown
from analysis.report.formats.latex_text import SPECIAL
from analysis.report.glossary import Term
from analysis.report.item_links import AllItems
from analysis.sentences.headline import VerdictLine
from tests.hostile_text import HOSTILE, ORDINARY, unseen


def hostile_report(text: str) -> Report:
    """A report that has the text in the place of every name and sentence."""
    table = ReportTable("table", text, [text, "n"], [[text, "1"]], f"{text} MDE", [(text,)], ["a"])
    figure = RenderedFigure("figure", text, text, text, "<svg></svg>", b"", "<svg></svg>", b"")
    lead = replace(figure, name=html.LEAD)
    groups, terms = [FoldedList(text, [text])], [Term(text, text)]
    section = Section(text, "section", [text], [text], groups, [figure, lead], [table], terms)
    strip = Strip(text, text, text, "worse", {"zero": 0.0, "mean": 1.0})
    first = FirstScreen(
        VerdictLine(text, "worse"),
        text,
        (text,),
        {"worse": 1},
        text,
        [(text, text)],
        [text],
        [strip],
    )
    return Report(text, first, [text], [section], (text,), text)


def drawn(text: str) -> Figure:
    with theme.drawing():
        figure = Figure(figsize=(4, 2))
        axes = theme.themed_axes(figure, theme.LIGHT, (0.3, 0.2, 0.6, 0.7))
        axes.set_title(text)
        axes.set_yticks([0, 1], [text, "plain"])
    return figure


class Tags(HTMLParser):
    """Counts tags and event handlers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def page(text: str) -> str:
    items = [ChangedItem(text, 0.0, 1.0, (text, f"{text}.")), ChangedItem(text, 0.0, 1.0, None)]
    pages = [AllItems(command=text), AllItems(address=text)]
    changed = [ChangedItems(text, text, items, 1, "a", f"b{n}", one) for n, one in enumerate(pages)]
    return html.render(hostile_report(text), changed)


@given(text=HOSTILE)
@settings(deadline=None)
def test_a_page_has_the_tags_of_its_template_alone(text: str) -> None:
    content = page(f"`a` {text}")
    assert not unseen(content, "\n\t")
    read = Tags(content)
    assert set(read.tags) == set(Tags(page("`name`")).tags)
    assert read.tags.count("p") == Tags(page("name")).tags.count("p")
    assert not read.handlers


@given(text=HOSTILE)
def test_markdown_and_latex_have_no_control_and_one_line_per_row(text: str) -> None:
    report = hostile_report(text)
    assert not unseen(markdown.render(report))
    tex = latex.render(report.tables[0])
    assert not unseen(tex)
    assert len(tex.splitlines()) == len(latex.render(hostile_report("a").tables[0]).splitlines())
    commands = "|".join(re.escape(command) for command in SPECIAL.values())
    assert not re.search(r"[%#\\&]", re.sub(commands, "", latex.escaped(text)))


def test_a_row_of_latex_begins_with_no_option() -> None:
    table = ReportTable("table", "", ["name"], [["[5cm] a"], ["* b"], ["c"]])
    lines = latex.render(table).splitlines()
    rows = lines[lines.index(r"\midrule") + 1 : lines.index(r"\bottomrule")]
    assert rows == [r"{}[5cm] a \\", r"{}* b \\", r"c \\"]


@pytest.mark.parametrize("text", ["\x1b[31mred\x00", "a$b$ $", "<b>&amp;", "\u202eabc", "$\\frac{"])
def test_a_figure_is_drawn_with_any_name(text: str) -> None:
    content = theme.svg(drawn(text), "figure")
    assert theme.png(drawn(text))
    assert not unseen(content, "\n\t")
    shown = "".join(ElementTree.fromstring(content).itertext())
    assert text.encode("unicode_escape").decode().replace("\\\\", "\\") in shown


@given(text=ORDINARY)
@settings(max_examples=10, deadline=None)
def test_ordinary_names_are_in_the_page_unchanged(text: str) -> None:
    class Text(HTMLParser):
        words = ""

        def handle_data(self, data: str) -> None:
            self.words += data

    parser = Text()
    parser.feed(page(text))
    assert text.replace("`", "") in parser.words.replace("`", "")
