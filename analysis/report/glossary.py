"""The glossary: tooltips and a section of the page, and docs/glossary.md, all from glossary.csv.

python -m analysis.report.glossary > docs/glossary.md
"""

import csv
from collections.abc import Mapping
from importlib.resources import files
from typing import NamedTuple

from clue.common.console import print_lines


class Term(NamedTuple):
    """A term of tables, figures and sentences."""

    name: str
    short: str
    """One sentence, for a tooltip."""
    more: str = ""
    """Everything else that a reader needs."""
    forms: tuple[str, ...] = ()
    """Abbreviations and signs that get a tooltip; words that explain themselves get none."""

    @property
    def anchor(self) -> str:
        """Id of the term in a page and in a Markdown file."""
        letters = "".join(one if one.isalnum() else "-" for one in self.name.lower())
        return "term-" + "-".join(filter(None, letters.split("-")))

    @property
    def text(self) -> str:
        """The whole definition."""
        return " ".join(filter(None, (self.short, self.more)))


def _terms() -> tuple[Term, ...]:
    text = files(__package__).joinpath("glossary.csv").read_text(encoding="utf-8")
    return tuple(
        Term(
            row["term"],
            row["definition"],
            row["more"],
            tuple(filter(None, row["forms"].split("|"))),
        )
        for row in csv.DictReader(text.splitlines())
    )


TERMS = _terms()
"""In alphabetical order."""
FORMS: Mapping[str, Term] = {form: term for term in TERMS for form in term.forms}
"""Abbreviation to its term."""


def glossary_markdown() -> str:
    """Returns the text of docs/glossary.md."""
    lines = [
        "# Glossary",
        "",
        "Terms of the report, of its tables and of its sentences. The report shows the same text, "
        "also when a pointer or the focus is on an abbreviation.",
    ]
    for term in TERMS:
        name = term.name.replace("*", "\\*")
        lines += ["", f"## {name}", "", term.text]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print_lines(glossary_markdown().rstrip())
