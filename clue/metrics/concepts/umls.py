"""ScispaCy's UMLS: index, vectors and knowledge base, from files on this machine.

ScispaCy itself checks its server for updates at every start. Here its files are only looked up, so
a machine without a network can use them.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clue.common.file_cache import digest
from clue.common.library_version import version
from clue.common.paths import expanded
from clue.errors import ModelError

DOWNLOAD = (
    'python -c "from scispacy.candidate_generation import CandidateGenerator as C; '
    "C(name='umls')\""
)
"""ScispaCy's own download, about 1 GB, into its cache (SCISPACY_CACHE, else ~/.scispacy)."""


@dataclass(frozen=True)
class Umls:
    """The knowledge base `umls`.

    Args:
        folder: contains the files under scispaCy's names; None = scispaCy's cache.
    """

    folder: str | None = None

    def missing(self) -> str | None:
        """Returns what is missing on this machine and how to get it; None if nothing is."""
        absent = [name for name, path in self._files().items() if path is None]
        if not absent:
            return None
        return (
            f"scoring.umls.knowledge_base=umls lacks {', '.join(absent)} in {self._location()}: "
            f"`{DOWNLOAD}` downloads it (UMLS licence), or name a folder that contains the files "
            "with scoring.umls.folder=<folder>. scoring=embedded needs none; its numbers differ"
        )

    def signature(self, cache: Path) -> str:
        """Returns the digest of the files and the version of the library that reads them."""
        return f"umls {digest(self._paths(), cache)} nmslib {version('nmslib-metabrainz')}"

    def generator(self, threshold: float) -> Any:
        """Builds scispaCy's CandidateGenerator; takes a minute and several GB.

        Raises:
            ModelError: the files do not belong together or cannot be used with this scikit-learn.
        """
        from scispacy.candidate_generation import CandidateGenerator, LinkerPaths
        from scispacy.linking_utils import KnowledgeBase

        *index, entities = map(str, self._paths())
        with warnings.catch_warnings():
            # of the differences between versions only the weights matter, see `_weighted`
            warnings.filterwarnings("ignore", message="Trying to unpickle estimator")
            names, vectorizer, neighbours = LinkerPaths(*index).load()
        base = KnowledgeBase(entities)
        unknown = sum(name not in base.alias_to_cuis for name in names)
        if unknown:
            raise ModelError(
                f"{unknown} names of the index in {self._location()} are not in {entities}: index "
                f"and knowledge base are of different releases; download both again: `{DOWNLOAD}`"
            )
        return CandidateGenerator(neighbours, _weighted(vectorizer), names, base)

    def _files(self) -> dict[str, Path | None]:
        from scispacy.candidate_generation import UmlsLinkerPaths
        from scispacy.linking_utils import DEFAULT_UMLS_PATH

        addresses = [*UmlsLinkerPaths, DEFAULT_UMLS_PATH]
        return {Path(address).name: self._file(address) for address in addresses}

    def _file(self, address: str) -> Path | None:
        """Returns the folder's file of this name, or the cache's newest file of this address."""
        if self.folder:
            path = expanded(self.folder) / Path(address).name
            return path if path.is_file() else None
        return max(_cached(address), key=lambda path: path.stat().st_mtime, default=None)

    def _paths(self) -> list[Path]:
        return [path for path in self._files().values() if path]

    def _location(self) -> str:
        from scispacy.file_cache import DATASET_CACHE

        return self.folder or DATASET_CACHE


def _cached(address: str) -> Iterator[Path]:
    """Yields files of scispaCy's cache: digest of the address, digest of its version, name."""
    from scispacy.file_cache import DATASET_CACHE, url_to_filename

    key, _, name = url_to_filename(address).partition(".")
    return Path(DATASET_CACHE).glob(f"{key}*.{name}")


def _weighted(vectorizer: Any) -> Any:
    """Moves the vectorizer's weights to the attribute that this scikit-learn reads.

    Versions before 1.5 stored them as a diagonal matrix. Later ones ignore it silently and compare
    unweighted mentions with weighted names.
    """
    import numpy as np

    transformer = vectorizer._tfidf
    if not hasattr(transformer, "idf_"):
        diagonal = vars(transformer).pop("_idf_diag", None)
        if diagonal is None:
            raise ModelError(
                f"tfidf_vectorizer.joblib contains no weights that scikit-learn "
                f"{version('scikit-learn')} can read; download it again with `{DOWNLOAD}`"
            )
        transformer.idf_ = np.asarray(diagonal.diagonal(), dtype=np.float32)
    return vectorizer
