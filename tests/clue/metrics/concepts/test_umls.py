import os
import random
import shutil
from pathlib import Path
from typing import Any

import joblib
import pytest
from scispacy import file_cache
from scispacy.candidate_generation import UmlsLinkerPaths
from scispacy.linking_utils import DEFAULT_UMLS_PATH, Entity

from clue.errors import ModelError
from clue.metrics.concepts import exact_index
from clue.metrics.concepts.linking import Linker
from clue.metrics.concepts.umls import Umls
from tests.clue.metrics.concepts import small_knowledge_base

SYLLABLES = ("ner", "ostea", "card", "myo", "itis", "algia", "pathy", "oma", "derm", "plast")


def many() -> list[Any]:
    chance = random.Random(3)
    names = {"".join(chance.choices(SYLLABLES, k=3)) for _ in range(900)}
    return [
        Entity(f"C{i:07}", name, [f"{name} of knee {i}"], [], "Defined.")
        for i, name in enumerate(sorted(names))
    ]


def test_the_index_of_scispacy_links_as_an_exact_one_does(tmp_path: Path) -> None:
    linker = Linker(Umls(str(small_knowledge_base.umls(tmp_path / "umls"))).generator(0.7), 0.7)
    mentions = ["fever", "Kidney failure", "kidneys failure", "knee", "knees", "unknown"]
    exactly = Linker(exact_index.generator(small_knowledge_base.entities(), 0.7), 0.7).link(
        mentions
    )
    links = linker.link(mentions)
    assert {m: link.concept for m, link in links.items()} == {
        m: link.concept for m, link in exactly.items()
    }
    for mention, link in links.items():  # vectors of half precision
        assert link.similarity == pytest.approx(exactly[mention].similarity, abs=2e-3)


def test_order_and_batch_of_the_mentions_change_no_link(tmp_path: Path) -> None:
    generator = Umls(str(small_knowledge_base.umls(tmp_path / "umls", many()))).generator(0.7)
    chance = random.Random(5)
    mentions = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(300)]
    expected = Linker(generator, 0.7).link(mentions)
    assert len(expected) > 100
    for size in (1, 7, 100):
        chance.shuffle(mentions)
        linker = Linker(generator, 0.7)
        links = {}
        for start in range(0, len(mentions), size):
            links |= linker.link(mentions[start : start + size])
        assert links == expected


def test_weights_that_an_old_scikit_learn_pickled_are_used(tmp_path: Path) -> None:
    mentions = ["kidney failures", "failing kidney", "high temperatures"]
    new, old = (
        Linker(
            Umls(str(small_knowledge_base.umls(tmp_path / str(age), old=age))).generator(0.2), 0.2
        )
        for age in (False, True)
    )
    assert old.link(mentions) == new.link(mentions) != {}


def test_a_vectorizer_without_weights_is_refused(tmp_path: Path) -> None:
    folder = small_knowledge_base.umls(tmp_path / "umls")
    vectorizer = joblib.load(folder / "tfidf_vectorizer.joblib")
    del vectorizer._tfidf.idf_
    joblib.dump(vectorizer, folder / "tfidf_vectorizer.joblib")
    with pytest.raises(ModelError, match="no weights that scikit-learn"):
        Umls(str(folder)).generator(0.7)


def test_index_and_knowledge_base_of_different_releases_are_refused(tmp_path: Path) -> None:
    folder = small_knowledge_base.umls(tmp_path / "umls")
    base = folder / Path(DEFAULT_UMLS_PATH).name
    base.write_text("".join(base.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(ModelError, match=r"4 names of the index .* different releases"):
        Umls(str(folder)).generator(0.7)


def test_what_the_folder_lacks_is_named(tmp_path: Path) -> None:
    folder = small_knowledge_base.umls(tmp_path / "umls")
    assert Umls(str(folder)).missing() is None
    (folder / "nmslib_index.bin").unlink()
    message = Umls(str(folder)).missing()
    assert message
    assert f"lacks nmslib_index.bin in {folder}" in message
    assert "CandidateGenerator" in message
    assert "scoring.umls.folder=" in message
    assert "scoring=embedded" in message


def test_the_newest_download_of_scispacy_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "datasets"
    cache.mkdir()
    monkeypatch.setattr(file_cache, "DATASET_CACHE", str(cache))
    assert len(small_knowledge_base.file_names()) == 5
    for name in small_knowledge_base.file_names():
        assert name in str(Umls().missing())
    folder = small_knowledge_base.umls(tmp_path / "umls")
    for address in (*UmlsLinkerPaths, DEFAULT_UMLS_PATH):
        old = cache / file_cache.url_to_filename(address, "first")
        old.write_text("not this one")
        os.utime(old, (1, 1))
        new = cache / file_cache.url_to_filename(address, "second")
        shutil.copy(folder / Path(address).name, new)
        new.with_name(f"{new.name}.json").write_text("{}")
    assert Umls().missing() is None
    linker = Linker(Umls().generator(0.7), 0.7)
    assert linker.link(["pyrexia"])["pyrexia"].concept == "C0000001"
