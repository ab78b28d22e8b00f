"""The report as one HTML file that needs nothing else."""

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analysis.report.document import Document
from analysis.report.drilldown import Changed
from clue import __version__


def render(document: Document, changed: Sequence[Changed], label: str) -> str:
    """The text of report.html.

    Args:
        document: the report.
        changed: items for the drill-down; may be empty.
        label: said below the title, such as that the data are fictional; may be empty.
    """
    pages = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    pages.filters["code"] = _code
    page = pages.get_template("report.html.j2")
    return page.render(document=document, changed=changed, label=label, version=__version__)


def _code(text: str) -> Markup:
    """Text between backticks as code."""
    parts = re.split(r"`([^`]*)`", text)
    made = [
        Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts)
    ]
    return Markup("").join(made)
