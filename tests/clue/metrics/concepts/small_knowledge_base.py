"""A knowledge base of a few made-up concepts, as scispaCy's objects and as its files."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import joblib
import nmslib
import numpy as np
import spacy
from scispacy.candidate_generation import UmlsLinkerPaths
from scispacy.linking_utils import DEFAULT_UMLS_PATH, Entity
from sklearn.feature_extraction.text import TfidfVectorizer

DEFINED = "What it is."
CONCEPTS = {
    "C0000001": ("Fever", ["pyrexia", "high temperature", "febrile state"], DEFINED),
    "C0000002": ("Renal failure", ["kidney failure", "failure of the kidneys"], DEFINED),
    "C0000003": ("Chronic obstructive pulmonary disease", ["smoker's lung"], DEFINED),
    "C0000004": ("Capillary oxygen pressure", ["COPD"], DEFINED),
    "C0000005": ("Knee", ["genu"], None),
}


def entities() -> list[Any]:
    return [Entity(cui, name, list(also), [], text) for cui, (name, also, text) in CONCEPTS.items()]


def umls(folder: Path, concepts: Sequence[Any] = (), *, old: bool = False) -> Path:
    """The five files of a scispaCy linker, as its authors made them (vectors in half precision).

    Args:
        folder: where to.
        concepts: scispaCy entities; none = those of this module.
        old: the vectorizer as scikit-learn before 1.5 pickled it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = list(concepts) or entities()
    names = sorted(
        {name for entity in entries for name in (entity.canonical_name, *entity.aliases)}
    )
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    vectors = vectorizer.fit_transform(names)
    index = nmslib.init(
        method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR
    )
    index.addDataPointBatch(vectors)
    index.createIndex({"M": 16, "efConstruction": 200, "indexThreadQty": 1, "post": 0})
    if old:
        age(vectorizer)
    ann, weights, sparse, aliases, base = map(folder.joinpath, file_names())
    index.saveIndex(str(ann))
    joblib.dump(vectorizer, weights)
    np.savez(
        sparse,
        format=b"csr",
        shape=vectors.shape,
        indices=vectors.indices,
        indptr=vectors.indptr,
        data=vectors.data.astype(np.float16),
    )
    aliases.write_text(json.dumps(names))
    base.write_text("".join(json.dumps(entity._asdict()) + "\n" for entity in entries))
    return folder


def file_names() -> list[str]:
    return [Path(address).name for address in (*UmlsLinkerPaths, DEFAULT_UMLS_PATH)]


def age(vectorizer: Any) -> None:
    """Move the weights to where scikit-learn kept them before 1.5."""
    import scipy.sparse

    weights = vars(vectorizer._tfidf).pop("idf_")
    vectorizer._tfidf._idf_diag = scipy.sparse.diags(weights, format="csr")


def model(folder: Path, phrases: Iterable[str]) -> Path:
    """A spaCy model that recognises these phrases in any case."""
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns([{"label": "ENTITY", "pattern": phrase} for phrase in phrases])  # type: ignore[attr-defined]
    pipeline.to_disk(folder)
    return folder
