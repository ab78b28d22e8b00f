"""The report as one HTML file without external resources."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from analysis.html_templates import environment
from analysis.number_format import points
from analysis.report.document import Report
from analysis.report.drilldown import ChangedItems
from clue import __version__
from clue.common.visible import TABS_AND_LINES, visible
from clue.marks import marked, meanings


def render(report: Report, changed: Sequence[ChangedItems]) -> str:
    """Returns the text of report.html.

    Args:
        report: the report.
        changed: items for the drill-down; may be empty.
    """
    templates = environment("analysis.report")
    templates.filters["code"] = _code
    templates.filters["css_text"] = _css_text
    templates.filters["points"] = points
    template = templates.get_template("report.html.j2")
    title, explanation = marked(report.marks, report.title), meanings(report.marks)
    return template.render(
        report=report, title=title, explanation=explanation, changed=changed, version=__version__
    )


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
