from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.metrics.concepts import hpo

OBO = """format-version: 1.2
data-version: today

[Term]
id: HP:1
name: Fever
def: "Above \\"normal\\"." [x:1]
synonym: "Pyrexia" EXACT []
synonym: "\\"Hot\\" state" RELATED layperson [x:2]
xref: SNOMEDCT_US:1
xref: UMLS:C0000009
xref: UMLS:C0000001

[Term]
id: HP:2
name: High temperature
def: "Another." []
synonym: "Pyrexia" EXACT []
xref: UMLS:C0000009

[Term]
id: HP:3
name: Without a concept
xref: UMLS:0189573

[Term]
id: HP:4
name: obsolete Ague
is_obsolete: true
xref: UMLS:C0000003

[Term]
id: HP:5
name: Undefined: with a colon
xref: UMLS:C0000005

[Typedef]
id: part_of
name: part of
xref: UMLS:C0000006
"""


def test_terms_with_a_concept_become_entities(tmp_path: Path) -> None:
    path = tmp_path / "hp.obo"
    path.write_text(OBO)
    fever, undefined = hpo.entities(path)
    assert fever.concept_id == "C0000009"
    assert fever.canonical_name == "Fever"
    assert fever.aliases == ["Fever", "Pyrexia", '"Hot" state', "High temperature"]
    assert fever.definition == 'Above "normal".'
    assert undefined[:3] == ("C0000005", "Undefined: with a colon", ["Undefined: with a colon"])
    assert undefined.definition is None


def test_line_ends_of_another_system_are_read(tmp_path: Path) -> None:
    path = tmp_path / "hp.obo"
    path.write_bytes(OBO.replace("\n", "\r\n").encode())
    assert [entity.concept_id for entity in hpo.entities(path)] == ["C0000009", "C0000005"]


@given(text=st.text(), behind=st.text())
def test_a_text_in_quotation_marks_is_read_as_it_was_before_it_was_escaped(
    text: str, behind: str
) -> None:
    written = text
    for plain, letter in (("\\", "\\"), ('"', '"'), ("\n", "n"), ("\t", "t")):
        written = written.replace(plain, f"\\{letter}")
    assert hpo.quoted(f'"{written}"{behind}') == text


def test_a_value_without_quotation_marks_is_itself() -> None:
    assert hpo.quoted(r"a \n b") == r"a \n b"
    assert hpo.quoted(r'"a\Wb\, c" EXACT []') == "a b, c"


def test_the_package_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hpo.Hpo().missing() is None
    monkeypatch.setattr(hpo, "PACKAGE", "no_such_package")
    message = hpo.Hpo().missing()
    assert message
    assert "pip install --no-deps no_such_package" in message
