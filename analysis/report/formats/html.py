"""The report as one HTML file without external resources."""

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.report.document import Report
from analysis.report.drilldown import ChangedItems
from clue import __version__


def render(report: Report, changed: Sequence[ChangedItems], label: str) -> str:
    """Returns the text of report.html.

    Args:
        report: the report.
        changed: items for the drill-down; may be empty.
        label: shown below the title, such as that the data are fictional; may be empty.
    """
    environment = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["code"] = _code
    template = environment.get_template("report.html.j2")
    return template.render(report=report, changed=changed, label=label, version=__version__)


def _code(text: str) -> Markup:
    """Formats text between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
