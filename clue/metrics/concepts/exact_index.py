"""Exact search for the most similar names, in place of nmslib's approximate index.

For the 29,544 names of the Human Phenotype Ontology a sparse matrix product is as fast as the
approximate index at full recall, does not depend on order or batch, and needs no index file. UMLS
has a hundred times as many names; for it scispaCy's own index is used.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 256
"""Mentions per product: 10,000 names share a letter triple with an average mention."""

Neighbours = tuple[NDArray[np.int32], NDArray[np.float32]]


class ExactIndex:
    """The index interface of scispaCy's CandidateGenerator, by brute force.

    Args:
        names: TF-IDF vectors of unit length, sparse, shape (names, features), float32.
        floor: names less similar than this are left out, except the most similar name.
    """

    def __init__(self, names: Any, floor: float) -> None:
        self._features = names.T.tocsr()
        self._floor = floor

    def knnQueryBatch(self, vectors: Any, k: int) -> list[Neighbours]:
        """Returns the at most k nearest names of each vector and their distances.

        No vector may be empty.
        """
        neighbours: list[Neighbours] = []
        for start in range(0, vectors.shape[0], ROWS):
            products = (vectors[start : start + ROWS] @ self._features).tocsr()
            for begin, end in zip(products.indptr, products.indptr[1:], strict=False):
                names, similarities = products.indices[begin:end], products.data[begin:end]
                neighbours.append(self._nearest(names, similarities, k))
        return neighbours

    def _nearest(
        self, names: NDArray[np.int32], similarities: NDArray[np.float32], k: int
    ) -> Neighbours:
        near = np.flatnonzero(similarities >= min(self._floor, similarities.max()))
        order = near[np.lexsort((names[near], -similarities[near]))][:k]
        return names[order], 1 - similarities[order]


def generator(entities: Iterable[Any], threshold: float) -> Any:
    """Builds scispaCy's CandidateGenerator for entities; its own indexer refuses this scipy.

    Args:
        entities: scispaCy's.
        threshold: least similarity of a candidate.
    """
    from scispacy.candidate_generation import CandidateGenerator
    from scispacy.linking_utils import KnowledgeBase
    from sklearn.feature_extraction.text import TfidfVectorizer

    base = KnowledgeBase(entities)
    names = sorted(base.alias_to_cuis)  # scispaCy takes them from a set, in no fixed order
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=1, dtype=np.float32)
    index = ExactIndex(vectorizer.fit_transform(names), threshold)
    return CandidateGenerator(
        index, vectorizer, names, base
    )  # it downloads UMLS unless it gets all four
