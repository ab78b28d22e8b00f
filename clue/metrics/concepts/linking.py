"""Mentions to concepts: scispaCy's linker, asked once per distinct mention.

The similarity of a mention and a name is the cosine of their TF-IDF vectors of letter triples. The
concept of the most similar name is taken of those above the threshold; as scispaCy does by default,
a concept without a definition needs at least 0.95.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from clue.metrics.concepts.mentions import Mention

MEMORY = 500_000
"""Mentions remembered, about 100 bytes each."""
BATCH = 10_000
"""Mentions linked together."""


class Link(NamedTuple):
    """The concept that a mention most likely names."""

    concept: str
    similarity: float


class Linker:
    """Links mentions to the concepts of a knowledge base.

    Args:
        generator: scispaCy's CandidateGenerator of the knowledge base.
        threshold: least similarity.
    """

    def __init__(self, generator: Any, threshold: float) -> None:
        from scispacy.linking import EntityLinker

        self._linker = EntityLinker(
            candidate_generator=generator,
            resolve_abbreviations=False,  # a mention comes with its long form
            threshold=threshold,
        )
        self._known: dict[str, Link | None] = {}

    def link(self, mentions: Iterable[str]) -> dict[str, Link]:
        """The link of every mention that has one."""
        asked = dict.fromkeys(mentions)
        new = [mention for mention in asked if mention not in self._known]
        if len(self._known) + len(new) > MEMORY:
            self._known.clear()
            new = list(asked)
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            self._known.update(zip(some, self._links(some), strict=True))
        found = ((mention, self._known[mention]) for mention in asked)
        return {mention: link for mention, link in found if link}

    def name(self, concept: str) -> str:
        """The canonical name of a concept."""
        return str(self._linker.kb.cui_to_entity[concept].canonical_name)

    def _links(self, mentions: Sequence[str]) -> list[Link | None]:
        """One entity per mention, in a document of which each is one token."""
        from spacy.tokens import Doc, Span
        from spacy.vocab import Vocab

        doc = Doc(Vocab(), words=list(mentions))
        doc.ents = [Span(doc, place, place + 1, "MENTION") for place in range(len(mentions))]
        self._linker(doc)
        best = (entity._.kb_ents[:1] for entity in doc.ents)
        return [Link(*first[0]) if first else None for first in best]


def chosen(mentions: Mapping[Mention, Link]) -> list[Link]:
    """Links of mentions that do not overlap: the most similar first, of equals the longest."""

    def rank(mention: Mention) -> tuple[float, int, int]:
        similarity = round(mentions[mention].similarity, 4)  # 0.9999999 and 1.0000001 are equal
        return -similarity, mention.start - mention.end, mention.start

    taken: set[int] = set()
    kept = []
    for mention in sorted(mentions, key=rank):
        tokens = range(mention.start, mention.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            kept.append(mentions[mention])
    return kept
