"""The report as one HTML file that loads nothing and runs no script but its own."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from jinja2 import Environment
from markupsafe import Markup, escape

from analysis.html_templates import environment, policy, source
from analysis.number_format import points
from analysis.report.document import Report
from analysis.report.drilldown import ChangedItems
from analysis.report.formats.page_figures import FigureStyles
from analysis.report.formats.tooltips import heading_with_tooltips, text_with_tooltips
from clue import __version__
from clue.common.visible import TABS_AND_LINES, visible
from clue.marks import marked, meanings, written

PACKAGE = "analysis.report"
LEAD = "forest"
"""Figure of the first screen."""


def render(report: Report, changed: Sequence[ChangedItems]) -> str:
    """Returns the text of report.html.

    Args:
        report: the report.
        changed: items for the drill-down; may be empty.
    """
    styles, templates = FigureStyles(), _templates()
    lead = next((figure for figure in report.figures if figure.name == LEAD), None)
    drawings = {figure.name: Markup(styles.embedded(figure.svg)) for figure in report.figures}
    narrow_drawings = {  # a phone has lines of text in the place of the lead
        figure.name: Markup(styles.embedded(figure.svg_narrow))
        for figure in report.figures
        if figure is not lead
    }
    style = "\n".join([source(PACKAGE, "report.css"), styles.css(), _page_marks(report)])
    script = source(PACKAGE, "report.js")
    return templates.get_template("report.html.j2").render(
        report=report,
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        drawings=drawings,
        narrow_drawings=narrow_drawings,
        lead=lead,
        title=marked(report.marks, report.title),
        explanation=meanings(report.marks),
        changed=[(pair, _lost_first(tasks)) for pair, tasks in _by_pair(changed)],
        anchors={anchor for one in changed for anchor in (one.anchor, one.pair_anchor)},
        version=__version__,
    )


def _by_pair(changed: Sequence[ChangedItems]) -> Iterable[tuple[str, Iterable[ChangedItems]]]:
    return groupby(sorted(changed, key=lambda one: one.pair), lambda one: one.pair)


def _templates() -> Environment:
    templates = environment(PACKAGE)
    templates.filters["code"] = _code
    templates.filters["points"] = points
    templates.filters["written"] = written
    templates.filters["heading"] = heading_with_tooltips
    templates.filters["explained"] = text_with_tooltips
    return templates


def _lost_first(tasks: Iterable[ChangedItems]) -> list[ChangedItems]:
    """Tasks with items that the biomedical model lost come first: readers look for these."""
    return sorted(tasks, key=lambda changes: not changes.lost)


def _page_marks(report: Report) -> str:
    """Rule that prints the marks on top of every page; empty without marks."""
    if not report.marks:
        return ""
    text = _css_text(report.marks_text)
    return f'@page {{ @top-center {{ content: "{text}"; font: bold 10pt sans-serif; }} }}'


def _css_text(text: str) -> Markup:
    """Escapes text for a string in a style sheet."""
    return Markup("").join(
        letter if letter.isalnum() or letter in " ;:,." else Markup(f"\\{ord(letter):x} ")
        for letter in text
    )


def _code(text: str) -> Markup:
    """Formats text between backticks as code."""
    parts = re.split(r"`([^`]*)`", visible(text, TABS_AND_LINES))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
