from pathlib import Path

import pytest

from clue.errors import ModelError, ModelUnavailable
from clue.metrics.concepts.mentions import MentionReader
from clue.metrics.concepts.spacy_model import SpacyModel
from tests.clue.metrics.concepts import small_knowledge_base


def test_the_entities_of_a_model_in_a_folder_are_the_mentions(tmp_path: Path) -> None:
    finder = SpacyModel(
        str(small_knowledge_base.model(tmp_path / "model", ["kidney failure", "fever"]))
    )
    assert finder.missing() is None
    (mentions,) = MentionReader(finder).read(["Kidney failure and some fever today"])
    assert [(m.text, m.start, m.end) for m in mentions] == [
        ("Kidney failure", 0, 2),
        ("fever", 4, 5),
    ]


def test_a_model_in_a_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_knowledge_base.model(tmp_path / "en_small_test", ["fever"])
    (tmp_path / "en_small_test" / "__init__.py").write_text(
        "import spacy, pathlib\n"
        "def load(**given): return spacy.load(pathlib.Path(__file__).parent, **given)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    finder = SpacyModel("en_small_test")
    assert finder.missing() is None
    assert finder.signature(tmp_path / "cache").startswith("en pipeline 0.0.0 ")


def test_a_missing_model_of_scispacy_is_to_be_installed_from_its_release() -> None:
    message = SpacyModel("en_core_sci_md").missing()
    assert message
    assert "pip install --no-deps https://" in message
    assert message.count("en_core_sci_md") == 2
    assert "/en_core_sci_md-0.5.4.tar.gz" in message
    assert "scoring=embedded" in message


@pytest.mark.parametrize("name", ["json", "no/such/folder", "tests"])
def test_what_is_no_model_is_refused(name: str) -> None:
    message = SpacyModel(name).missing()
    assert message
    assert "meta.json" in message
    assert "pip" not in message


def test_a_model_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    folder = small_knowledge_base.model(tmp_path / "model", ["fever"])
    (folder / "config.cfg").unlink()
    with pytest.raises(ModelUnavailable, match=r"scoring\.umls\.mentions=.*cannot be opened"):
        SpacyModel(str(folder)).pipeline()


@pytest.mark.parametrize("content", [b"", b"[" * 200_000, b"\xff{}", b"[]"])
def test_a_damaged_description_is_named(tmp_path: Path, content: bytes) -> None:
    folder = small_knowledge_base.model(tmp_path / "model", ["fever"])
    (folder / "meta.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"meta\.json is no JSON.*download it again"):
        SpacyModel(str(folder)).signature(tmp_path / "cache")


def test_the_signature_follows_the_files_and_not_the_place(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folders = [
        small_knowledge_base.model(tmp_path / name, phrases) for name, phrases in PLACES.items()
    ]
    first, moved, other = (SpacyModel(str(folder)).signature(cache) for folder in folders)
    assert first == moved
    assert first != other


PLACES = {"a": ["fever"], "b": ["fever"], "c": ["fever", "cough"]}
