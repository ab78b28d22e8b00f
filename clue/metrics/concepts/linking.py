"""Entity linking from mentions to concepts: scispaCy's linker, called once per distinct mention.

The similarity of a mention and a name is the cosine of their TF-IDF vectors of letter triples. A
mention links to the concept of the most similar name above the threshold; as in scispaCy's default,
a concept without a definition needs at least 0.95.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from clue.metrics.concepts.mentions import Mention

CACHED_MENTIONS = 500_000
"""Most mentions whose links are cached, about 100 bytes each."""
BATCH = 10_000
"""Mentions per call of scispaCy's linker."""


class Link(NamedTuple):
    """The most likely concept of a mention."""

    concept: str
    similarity: float


class Linker:
    """Links mentions to the concepts of a knowledge base.

    Args:
        generator: scispaCy's CandidateGenerator for the knowledge base.
        threshold: least similarity.
    """

    def __init__(self, generator: Any, threshold: float) -> None:
        from scispacy.linking import EntityLinker

        self._linker = EntityLinker(
            candidate_generator=generator,
            resolve_abbreviations=False,  # a mention already has its long form
            threshold=threshold,
        )
        self._links: dict[str, Link | None] = {}

    def link(self, mentions: Iterable[str]) -> dict[str, Link]:
        """Returns the link of every mention that has one."""
        distinct = dict.fromkeys(mentions)
        new = [mention for mention in distinct if mention not in self._links]
        if len(self._links) + len(new) > CACHED_MENTIONS:
            self._links.clear()
            new = list(distinct)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._links.update(zip(batch, self._link_batch(batch), strict=True))
        return {mention: link for mention in distinct if (link := self._links[mention])}

    def name(self, concept: str) -> str:
        """Returns the canonical name of a concept."""
        return str(self._linker.kb.cui_to_entity[concept].canonical_name)

    def _link_batch(self, mentions: Sequence[str]) -> list[Link | None]:
        """Links mentions as the entities of one document, of one token each."""
        from spacy.tokens import Doc, Span
        from spacy.vocab import Vocab

        doc = Doc(Vocab(), words=list(mentions))
        doc.ents = [Span(doc, index, index + 1, "MENTION") for index in range(len(mentions))]
        self._linker(doc)
        best = (entity._.kb_ents[:1] for entity in doc.ents)
        return [Link(*first[0]) if first else None for first in best]


def resolve_overlaps(mentions: Mapping[Mention, Link]) -> list[Link]:
    """Returns links of disjoint mentions: the most similar first, of equals the longest."""

    def rank(mention: Mention) -> tuple[float, int, int]:
        similarity = round(mentions[mention].similarity, 4)  # 0.9999999 and 1.0000001 are equal
        return -similarity, mention.start - mention.end, mention.start

    taken: set[int] = set()
    links = []
    for mention in sorted(mentions, key=rank):
        tokens = range(mention.start, mention.end)
        if taken.isdisjoint(tokens):
            taken.update(tokens)
            links.append(mentions[mention])
    return links
