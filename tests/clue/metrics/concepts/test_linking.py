import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.metrics.concepts import exact_index, linking
from clue.metrics.concepts.linking import Link, Linker, resolve_overlaps
from clue.metrics.concepts.mentions import Mention
from tests.clue.metrics.concepts import small_knowledge_base

MENTIONS = ["fever", "Pyrexia", "kidney failure", "Kidneys' failure", "knee", "knees", "xyz", "?!"]


class Counted:
    """A generator that remembers what it was asked."""

    def __init__(self, generator: Any) -> None:
        self._generator = generator
        self.kb = generator.kb
        self.queries: list[str] = []

    def __call__(self, mentions: Sequence[str], k: int) -> Any:
        self.queries += mentions
        return self._generator(mentions, k)


@pytest.fixture(scope="module")
def generator() -> Any:
    return exact_index.generator(small_knowledge_base.entities(), 0.7)


def test_synonyms_have_one_concept(generator: Any) -> None:
    links = Linker(generator, 0.7).link(["fever", "PYREXIA", "high  temperature", "headache"])
    assert {mention: link.concept for mention, link in links.items()} == dict.fromkeys(
        ["fever", "PYREXIA", "high  temperature"], "C0000001"
    )


def test_the_threshold_divides(generator: Any) -> None:
    assert Linker(generator, 0.7).link(["kidney failures"])["kidney failures"].similarity < 0.95
    assert not Linker(generator, 0.95).link(["kidney failures"])


def test_a_concept_without_a_definition_needs_nearly_its_name(generator: Any) -> None:
    links = Linker(generator, 0.4).link(["knee", "knees", "fevers"])
    assert set(links) == {"knee", "fevers"}


def test_a_mention_is_asked_for_once(generator: Any) -> None:
    counted = Counted(generator)
    linker = Linker(counted, 0.7)
    linker.link(["fever", "cough", "fever"])
    linker.link(["cough", "pain", "fever"])
    assert counted.queries == ["fever", "cough", "pain"]


def test_the_memory_is_bounded(generator: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "CACHED_MENTIONS", 3)
    linker = Linker(generator, 0.7)
    for mention in MENTIONS:
        both = linker.link([mention, "fever"])
        assert both["fever"].concept == "C0000001"
        assert len(linker._links) <= 3


@given(st.lists(st.sampled_from(MENTIONS)), st.randoms(), st.integers(1, 4))
def test_order_and_batches_change_nothing(
    generator: Any, mentions: list[str], chance: random.Random, batch: int
) -> None:
    expected = Linker(generator, 0.7).link(MENTIONS)
    chance.shuffle(mentions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linking, "BATCH", batch)
        links = Linker(generator, 0.7).link(mentions)
    assert links == {m: expected[m] for m in mentions if m in expected}


def at(start: int, end: int, similarity: float) -> tuple[Mention, Link]:
    return Mention(start, end, "", ""), Link(f"{start}-{end}", similarity)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], []),
        ([at(0, 1, 1.0), at(0, 3, 0.8)], ["0-1"]),
        ([at(0, 1, 1.0), at(0, 3, 1.0), at(2, 3, 1.0)], ["0-3"]),
        ([at(0, 1, 1.0000001), at(0, 3, 0.9999999)], ["0-3"]),
        ([at(0, 2, 1.0), at(1, 3, 1.0)], ["0-2"]),
        ([at(0, 2, 0.9), at(2, 3, 0.8), at(1, 3, 0.7)], ["0-2", "2-3"]),
    ],
)
def test_of_overlapping_mentions_the_most_similar_then_the_longest_is_kept(
    links: list[tuple[Mention, Link]], expected: list[str]
) -> None:
    assert [link.concept for link in resolve_overlaps(dict(links))] == expected
    assert [link.concept for link in resolve_overlaps(dict(reversed(links)))] == expected
