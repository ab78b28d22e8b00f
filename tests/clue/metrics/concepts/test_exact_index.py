import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from clue.metrics.concepts import exact_index

NAMES = st.lists(st.text(alphabet="abcd ", min_size=3, max_size=12), min_size=1, max_size=60)


def vectorised(names: list[str]) -> tuple[object, TfidfVectorizer]:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32)
    return vectorizer.fit_transform([*names, "abc"]), vectorizer


@given(NAMES, st.integers(1, 5))
def test_the_nearest_names_are_those_of_a_full_comparison(names: list[str], k: int) -> None:
    vectors, vectorizer = vectorised(names)
    queries = vectorizer.transform(["abc", "cab cab", "bcd"])
    queries = queries[np.asarray(queries.sum(axis=1)).ravel() > 0]
    expected = np.sort(1 - (queries @ vectors.T).toarray(), axis=1)[:, :k]  # type: ignore[attr-defined]
    for neighbours, best in zip(
        exact_index.ExactIndex(vectors, 0).knnQueryBatch(queries, k), expected, strict=True
    ):
        related = best[best < 1]
        assert np.allclose(neighbours[1][: len(related)], related, atol=1e-6)
        assert len(set(neighbours[0].tolist())) == len(neighbours[0]) <= k


def test_names_below_the_floor_are_left_out_but_for_the_nearest() -> None:
    vectors, vectorizer = vectorised(["abcabc", "bcdbcd", "abcd"])
    query = vectorizer.transform(["abcdabcd"])
    every, few = (
        exact_index.ExactIndex(vectors, floor).knnQueryBatch(query, 30)[0] for floor in (0, 0.99)
    )
    assert len(every[0]) == 4
    assert few[0].tolist() == every[0][:1].tolist()


def test_equal_names_come_in_their_order() -> None:
    vectors, vectorizer = vectorised(["dada", "abc abc", "abc"])
    ((names, distances),) = exact_index.ExactIndex(vectors, 0).knnQueryBatch(
        vectorizer.transform(["abc"]), 30
    )
    assert names.tolist() == [1, 2, 3]
    assert np.allclose(distances, 0, atol=1e-6)


def test_a_batch_larger_than_a_product_is_answered_as_each_alone() -> None:
    names = [f"name {i} of {i * 7919}" for i in range(3 * exact_index.ROWS)]
    vectors, vectorizer = vectorised(names)
    index = exact_index.ExactIndex(vectors, 0.5)
    together = index.knnQueryBatch(vectorizer.transform(names), 5)
    for index_of_name in (0, exact_index.ROWS - 1, exact_index.ROWS, len(names) - 1):
        (alone,) = index.knnQueryBatch(vectorizer.transform([names[index_of_name]]), 5)
        assert alone[0].tolist() == together[index_of_name][0].tolist()
        assert alone[1].tolist() == together[index_of_name][1].tolist()
