"""Abbreviations with their definitions, in headings of tables and in texts."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from analysis.report.glossary import FORMS
from clue.common.visible import TABS_AND_LINES, visible

PATTERN = re.compile(
    r"(?<![\w*-])(?:"
    + "|".join(map(re.escape, sorted(FORMS, key=len, reverse=True)))
    + r")(?![\w*-])"
)
IN_HEADING = Markup('<abbr title="{}">{}</abbr>')
IN_TEXT = Markup('<abbr title="{}" tabindex="0">{}</abbr>')
"""With a place in the order of the keyboard; a heading has the one of its button."""
LETTERS = 1
"""Forms of so few letters are explained in headings only: in a text they are often no term."""


def heading_with_tooltips(text: str) -> Markup:
    """Returns a heading in which every abbreviation has a tooltip."""
    return Markup("").join(_parts(text, IN_HEADING, set(), 0))


def text_with_tooltips(text: str) -> Markup:
    """Returns a text in which the first occurrence of every abbreviation has a tooltip."""
    return Markup("").join(_parts(text, IN_TEXT, set(), LETTERS))


def _parts(text: str, form: Markup, seen: set[str], most_plain: int) -> Iterator[Markup]:
    text, end = visible(text, TABS_AND_LINES), 0
    for match in PATTERN.finditer(text):
        term = FORMS[match[0]]
        is_repeated = form is IN_TEXT and term.name in seen
        if len(match[0]) <= most_plain or is_repeated:
            continue
        seen.add(term.name)
        yield escape(text[end : match.start()])
        yield form.format(term.text, match[0])
        end = match.end()
    yield escape(text[end:])
