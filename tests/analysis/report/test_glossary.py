"""One glossary: the page, its tooltips and the documentation have the same terms."""

import re

from analysis.report.formats.tooltips import heading_with_tooltips, text_with_tooltips
from analysis.report.glossary import FORMS, TERMS, glossary_markdown
from clue.config.folders import ROOT


def test_the_documented_glossary_is_that_of_the_code() -> None:
    current = (ROOT / "docs" / "glossary.md").read_text()
    assert current == glossary_markdown(), "python -m analysis.report.glossary > docs/glossary.md"


def test_terms_are_in_order_and_have_places_and_forms_of_their_own() -> None:
    names = [term.name.casefold() for term in TERMS]
    assert names == sorted(names)
    assert len({term.anchor for term in TERMS}) == len(TERMS)
    forms = [form for term in TERMS for form in term.forms]
    assert len(set(forms)) == len(forms) == len(FORMS)
    assert all(re.fullmatch(r"term-[\w-]+", term.anchor) for term in TERMS)


def test_abbreviations_of_a_heading_have_tooltips() -> None:
    text = str(heading_with_tooltips("n (clusters)"))
    assert text.count("<abbr") == 2
    assert FORMS["n"].text in text
    assert "<abbr" not in heading_with_tooltips("non-inferiority of models")
    assert 'Δ</abbr> [<abbr title="Confidence' in heading_with_tooltips("Δ [95 % CI]")


def test_a_text_explains_its_first_abbreviation_only() -> None:
    text = str(text_with_tooltips("MDE and p by Holm; MDE < <b>"))
    assert text.count(">MDE</abbr>") == 1
    assert text.count('tabindex="0"') == 2
    assert text.endswith("; MDE &lt; &lt;b&gt;")
