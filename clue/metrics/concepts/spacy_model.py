"""Mentions by a trained spaCy model, such as scispaCy's `en_core_sci_sm`."""

import importlib.util
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clue.checkpoints.identifying_files import json_object
from clue.common.file_cache import digest
from clue.common.library_version import version
from clue.common.paths import expanded
from clue.errors import ModelUnavailable

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

RELEASE = "https://s3-us-west-2.amazonaws.com/ai2-s2-scispacy/releases/v0.5.4"
"""The newest models, those of scispaCy 0.5.4 to 0.6.2. Their bound on spaCy's version (< 3.8) is
older than scispaCy's own (< 3.9), so they are installed with `--no-deps`."""


@dataclass(frozen=True)
class SpacyModel:
    """A spaCy model with an entity recogniser: an installed package or a folder."""

    name: str

    def missing(self) -> str | None:
        """Returns what is missing on this machine and how to get it; None if nothing is."""
        if self._root():
            return None
        get = "name an installed spaCy model, or the folder that contains its meta.json"
        if re.fullmatch(r"en_(core_sci|ner)_\w+", self.name):
            get = f"pip install --no-deps {RELEASE}/{self.name}-0.5.4.tar.gz"
        return (
            f"scoring.umls.mentions={self.name} is no spaCy model here: {get}. "
            "scoring=embedded needs none; its numbers differ"
        )

    def signature(self, cache: Path) -> str:
        """Returns name, version and digest.

        Raises:
            ModelError: the description of the model is damaged.
        """
        root = self._root()
        assert root
        meta = json_object(root / "meta.json")
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        weights = digest([path for path in files if path.suffix != ".pyc"], cache)
        label = " ".join(str(meta.get(key)) for key in ("lang", "name", "version"))
        return f"{label} {weights} spacy {version('spacy')}"

    def pipeline(self) -> "Language":
        """Loads all components of the model: entities depend on the parser's sentences.

        Raises:
            ModelUnavailable: the model cannot be opened.
        """
        import spacy

        folder = self._folder()
        try:
            return spacy.load(folder if _has_meta(folder) else self.name)
        except (OSError, ValueError, ImportError) as error:
            raise ModelUnavailable(
                f"scoring.umls.mentions={self.name} cannot be opened: {error}. Install it again, "
                "then run the same command to continue from the stored results"
            ) from error

    def spans(self, doc: "Doc") -> Iterable["Span"]:
        """Returns the entities of a text."""
        return doc.ents

    def _folder(self) -> Path:
        return expanded(self.name)

    def _root(self) -> Path | None:
        """Returns the folder of that name, else that of the package."""
        spec = importlib.util.find_spec(self.name) if self.name.isidentifier() else None
        packages = (spec.submodule_search_locations if spec else None) or []
        return next(filter(_has_meta, [self._folder(), *map(Path, packages)]), None)


def _has_meta(folder: Path) -> bool:
    return (folder / "meta.json").is_file()
