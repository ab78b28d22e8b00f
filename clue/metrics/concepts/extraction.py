"""Concepts of a text, as a feature for the cache."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from clue.common.library_version import version
from clue.config.scoring_schema import UmlsConf
from clue.errors import ConfigError, ModelUnavailable
from clue.metrics.concepts.hpo import Hpo
from clue.metrics.concepts.linking import Linker, resolve_overlaps
from clue.metrics.concepts.mentions import Mention, MentionFinder, MentionReader
from clue.metrics.concepts.spacy_model import SpacyModel
from clue.metrics.concepts.umls import Umls
from clue.metrics.concepts.word_ngrams import WordNgrams

logging.getLogger("nmslib").setLevel(logging.WARNING)  # its import logs its methods

VERSION = 1
"""Version of this package's rules; a new one makes cached concepts unused."""
BATCH = 256
"""Texts per batch: limits the mentions in memory."""


class KnowledgeBase(Protocol):
    """Concepts and their names."""

    def missing(self) -> str | None:
        """Returns what is missing on this machine and how to get it; None if nothing is."""

    def signature(self, cache: Path) -> str:
        """Returns name, version and digest."""

    def generator(self, threshold: float) -> Any:
        """Builds scispaCy's CandidateGenerator."""


KNOWLEDGE_BASES: dict[str, Callable[[UmlsConf], KnowledgeBase]] = {
    "umls": lambda conf: Umls(conf.folder),
    "hpo": lambda conf: Hpo(),
}


@dataclass(frozen=True)
class Concepts:
    """Concepts that a text mentions."""

    ids: frozenset[str]
    """Concept ids (CUI), abbreviations read as their long forms."""
    names: frozenset[str]
    """Canonical names, abbreviations read as written: the rule of the CLUE authors' code."""


@dataclass(frozen=True)
class ConceptExtractor:
    """Extracts the concepts of a text: a `clue.metrics.feature_cache.Feature`.

    Args:
        conf: mention finder, knowledge base and threshold.
        cache: folder for the digests of files.
    """

    conf: UmlsConf
    cache: Path

    @property
    def signature(self) -> str:
        """All that can change a text's concepts; loads nothing.

        Raises:
            ModelUnavailable: model or knowledge base are not on this machine; how to get them.
            ConfigError: there is no such knowledge base, or a folder is set for one in a package.
        """
        finder, base = _finder(self.conf.mentions), _base(self.conf)
        missing = [line for line in (finder.missing(), base.missing()) if line]
        if missing:
            raise ModelUnavailable("\n".join(missing))
        libraries = (f"{name} {version(name)}" for name in ("scispacy", "scikit-learn"))
        parts = (finder.signature(self.cache), base.signature(self.cache), *libraries)
        return f"concepts {VERSION}|{'|'.join(parts)}|threshold={self.conf.threshold}"

    def compute(self, texts: Sequence[str]) -> list[Concepts]:
        """Returns the concepts of each text; the first call loads the knowledge base."""
        reader, linker = _loaded(*astuple(self.conf))
        concepts: list[Concepts] = []
        for start in range(0, len(texts), BATCH):
            mentions = list(reader.read(texts[start : start + BATCH]))
            concepts += _concepts(mentions, linker)
        return concepts

    def dump(self, value: Concepts) -> bytes:
        """Serializes to JSON."""
        return json.dumps([sorted(value.ids), sorted(value.names)]).encode()

    def load(self, content: bytes) -> Concepts:
        """Deserializes a value; the inverse of `dump`."""
        return Concepts(*map(frozenset, json.loads(content)))


def release() -> None:
    """Frees the loaded model and knowledge base: UMLS takes several GB."""
    _loaded.cache_clear()


def _concepts(texts: Sequence[Sequence[Mention]], linker: Linker) -> list[Concepts]:
    """Links the mentions of each text: ids by long forms, names by the forms as written."""
    forms = {form for mentions in texts for m in mentions for form in (m.text, m.meaning)}
    links = linker.link(sorted(forms))
    concepts = []
    for mentions in texts:
        by_meaning = resolve_overlaps({m: links[m.meaning] for m in mentions if m.meaning in links})
        by_text = resolve_overlaps({m: links[m.text] for m in mentions if m.text in links})
        ids = frozenset(link.concept for link in by_meaning)
        concepts.append(Concepts(ids, frozenset(linker.name(link.concept) for link in by_text)))
    return concepts


def _finder(mentions: str) -> MentionFinder:
    return WordNgrams() if mentions == "words" else SpacyModel(mentions)


def _base(conf: UmlsConf) -> KnowledgeBase:
    name = conf.knowledge_base
    if name not in KNOWLEDGE_BASES:
        choices = ", ".join(KNOWLEDGE_BASES)
        raise ConfigError(f"scoring.umls.knowledge_base={name} is none of {choices}")
    if conf.folder and name != "umls":
        raise ConfigError(f"scoring.umls.folder={conf.folder} is set, but {name} is in a package")
    return KNOWLEDGE_BASES[name](conf)


@lru_cache(maxsize=1)
def _loaded(*settings: Any) -> tuple[MentionReader, Linker]:
    conf = UmlsConf(*settings)
    reader = MentionReader(_finder(conf.mentions))
    return reader, Linker(_base(conf).generator(conf.threshold), conf.threshold)
