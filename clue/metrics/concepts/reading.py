"""A text's concepts, as a feature of the text."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from clue.config.schema import UmlsConf
from clue.errors import ConfigError, ModelUnavailable
from clue.metrics.concepts.hpo import Hpo
from clue.metrics.concepts.linking import Linker, chosen
from clue.metrics.concepts.mentions import Finder, Mention, MentionReader
from clue.metrics.concepts.trained import TrainedModel
from clue.metrics.concepts.umls import Umls
from clue.metrics.concepts.words import Words

logging.getLogger("nmslib").setLevel(logging.WARNING)  # it lists its methods when imported

RULE = 1
"""Goes up when this package reads a text otherwise, so that what it read before is not used."""
TEXTS = 256
"""Texts read together: bounds the mentions in memory."""


class KnowledgeBase(Protocol):
    """Concepts and their names."""

    def missing(self) -> str | None:
        """What is not on this machine, and how to get it."""

    def signature(self, cache: Path) -> str:
        """Name, version, digest."""

    def generator(self, threshold: float) -> Any:
        """ScispaCy's CandidateGenerator."""


KNOWLEDGE_BASES: dict[str, Callable[[UmlsConf], KnowledgeBase]] = {
    "umls": lambda conf: Umls(conf.folder),
    "hpo": lambda conf: Hpo(),
}


@dataclass(frozen=True)
class Concepts:
    """What a text names."""

    ids: frozenset[str]
    """Concept ids (CUI), abbreviations read as their long forms."""
    names: frozenset[str]
    """Canonical names, abbreviations read as they stand: the rule of the CLUE authors' code."""


@dataclass(frozen=True)
class ConceptsOf:
    """The concepts of a text: a `clue.metrics.feature_cache.Feature`.

    Args:
        conf: which mentions, which knowledge base.
        cache: where digests of files are remembered.
    """

    conf: UmlsConf
    cache: Path

    @property
    def signature(self) -> str:
        """All that can change a text's concepts; loads nothing.

        Raises:
            ModelUnavailable: model or knowledge base are not on this machine; how to get them.
            ConfigError: there is no such knowledge base, or a folder is named for one in a package.
        """
        finder, base = _finder(self.conf.mentions), _base(self.conf)
        missing = [line for line in (finder.missing(), base.missing()) if line]
        if missing:
            raise ModelUnavailable("\n".join(missing))
        libraries = (f"{name} {version(name)}" for name in ("scispacy", "scikit-learn"))
        parts = (finder.signature(self.cache), base.signature(self.cache), *libraries)
        return f"concepts {RULE}|{'|'.join(parts)}|threshold={self.conf.threshold}"

    def compute(self, texts: Sequence[str]) -> list[Concepts]:
        """Concepts of each text; the first call of a process loads the knowledge base."""
        reader, linker = _loaded(*astuple(self.conf))
        found: list[Concepts] = []
        for start in range(0, len(texts), TEXTS):
            mentions = list(reader.read(texts[start : start + TEXTS]))
            found += _concepts(mentions, linker)
        return found

    def dump(self, value: Concepts) -> bytes:
        """As JSON."""
        return json.dumps([sorted(value.ids), sorted(value.names)]).encode()

    def load(self, content: bytes) -> Concepts:
        """The inverse of `dump`."""
        return Concepts(*map(frozenset, json.loads(content)))


def release() -> None:
    """Forget the loaded model and knowledge base: UMLS takes several GB."""
    _loaded.cache_clear()


def _concepts(mentions: Sequence[Sequence[Mention]], linker: Linker) -> list[Concepts]:
    said = {words for found in mentions for m in found for words in (m.text, m.meaning)}
    links = linker.link(sorted(said))
    made = []
    for found in mentions:
        read = chosen({m: links[m.meaning] for m in found if m.meaning in links})
        written = chosen({m: links[m.text] for m in found if m.text in links})
        made.append(
            Concepts(
                frozenset(link.concept for link in read),
                frozenset(linker.name(link.concept) for link in written),
            )
        )
    return made


def _finder(mentions: str) -> Finder:
    return Words() if mentions == "words" else TrainedModel(mentions)


def _base(conf: UmlsConf) -> KnowledgeBase:
    name = conf.knowledge_base
    if name not in KNOWLEDGE_BASES:
        known = ", ".join(KNOWLEDGE_BASES)
        raise ConfigError(f"scoring.umls.knowledge_base={name} is none of {known}")
    if conf.folder and name != "umls":
        raise ConfigError(f"scoring.umls.folder={conf.folder} is set, but {name} is in a package")
    return KNOWLEDGE_BASES[name](conf)


@lru_cache(maxsize=1)
def _loaded(*settings: Any) -> tuple[MentionReader, Linker]:
    conf = UmlsConf(*settings)
    reader = MentionReader(_finder(conf.mentions))
    return reader, Linker(_base(conf).generator(conf.threshold), conf.threshold)
