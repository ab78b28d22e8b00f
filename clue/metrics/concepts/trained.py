"""Mentions that a trained spaCy model finds, as scispaCy's `en_core_sci_sm`."""

import importlib.util
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from clue.common.file_cache import digest
from clue.errors import ModelUnavailable

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

RELEASE = "https://s3-us-west-2.amazonaws.com/ai2-s2-scispacy/releases/v0.5.4"
"""The newest models, those of scispaCy 0.5.4 to 0.6.2. Their bound on spaCy's version (< 3.8) is
older than scispaCy's own (< 3.9): hence `--no-deps`."""


@dataclass(frozen=True)
class TrainedModel:
    """A spaCy model with an entity recogniser: an installed package or a folder."""

    name: str

    def missing(self) -> str | None:
        """What is not on this machine, and how to get it."""
        if self._root():
            return None
        get = "name an installed spaCy model, or the folder that holds its meta.json"
        if re.fullmatch(r"en_(core_sci|ner)_\w+", self.name):
            get = f"pip install --no-deps {RELEASE}/{self.name}-0.5.4.tar.gz"
        return (
            f"scoring.umls.mentions={self.name} is no spaCy model here: {get}. "
            "scoring=embedded needs none; its numbers differ"
        )

    def signature(self, cache: Path) -> str:
        """Name, version, digest."""
        root = self._root()
        assert root
        meta = json.loads((root / "meta.json").read_text())
        files = [path for path in sorted(root.rglob("*")) if path.is_file()]
        made = digest([path for path in files if path.suffix != ".pyc"], cache)
        label = " ".join(str(meta.get(key)) for key in ("lang", "name", "version"))
        return f"{label} {made} spacy {version('spacy')}"

    def pipeline(self) -> "Language":
        """The model, whole: what a recogniser finds depends on the sentences of the parser.

        Raises:
            ModelUnavailable: it cannot be opened.
        """
        import spacy

        folder = self._folder()
        try:
            return spacy.load(folder if _has_meta(folder) else self.name)
        except (OSError, ValueError, ImportError) as error:
            raise ModelUnavailable(
                f"scoring.umls.mentions={self.name} cannot be opened: {error}. Install it again, "
                "then run the same command to go on from what is stored"
            ) from error

    def spans(self, doc: "Doc") -> Iterable["Span"]:
        """The entities."""
        return doc.ents

    def _folder(self) -> Path:
        return Path(self.name).expanduser()

    def _root(self) -> Path | None:
        """The folder of that name, else that of the package."""
        spec = importlib.util.find_spec(self.name) if self.name.isidentifier() else None
        packages = (spec.submodule_search_locations if spec else None) or []
        return next(filter(_has_meta, [self._folder(), *map(Path, packages)]), None)


def _has_meta(folder: Path) -> bool:
    return (folder / "meta.json").is_file()
