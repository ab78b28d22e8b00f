from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from clue.task import duplicates
from clue.task.duplicates import STANDARD, WORDS

STEM = " ".join(f"finding{i}" for i in range(20))
QUESTIONS = ("Which nerve is cut?", "Which drug helps now?", "What does the film show?")


def ids(texts: list[str]) -> list[str]:
    return [f"q{number}" for number in range(len(texts))]


def near(*texts: str, shared: float = duplicates.SHARED) -> list[str]:
    return duplicates.near(ids(list(texts)), list(texts), shared)


def test_versions_of_a_vignette_are_a_cluster_of_the_first() -> None:
    texts = [f"{STEM}. {question}" for question in QUESTIONS]
    assert near("Another case.", *texts, "A third case.") == ["q0", "q1", "q1", "q1", "q4"]


def test_a_chain_of_versions_is_one_cluster() -> None:
    words = [f"w{i}" for i in range(40)]
    first, second, third = (" ".join(words[start : start + 20]) for start in (0, 8, 16))
    assert near(first, second, third) == ["q0"] * 3
    assert near(first, third) == ["q0", "q1"]


def test_the_share_is_of_the_shorter_text() -> None:
    long = f"{STEM} " + " ".join(f"more{i}" for i in range(200))
    assert near(STEM, long) == ["q0", "q0"]
    assert near(long, STEM, shared=1.0) == ["q0", "q0"]


def test_the_threshold_is_met_by_an_equal_share() -> None:
    """Six words have two shingles; one of them is half."""
    first, second = "a b c d e f", "a b c d e x"
    assert near(first, second, shared=0.5) == ["q0", "q0"]
    assert near(first, second, shared=0.51) == ["q0", "q1"]


def test_a_standard_phrase_makes_no_cluster() -> None:
    phrase = "which of the following is"
    few = [f"{phrase} {i}" for i in range(STANDARD)]
    assert len(set(near(*few))) == 1
    many = [*few, f"{phrase} last"]
    assert len(set(near(*many))) == len(many)


def test_marks_and_case_tell_no_texts_apart() -> None:
    assert duplicates.verbatim(["a", "b"], ["Which bone?\nA: Ulna", "which BONE a ulna."]) == (
        ["a", "a"]
    )
    assert duplicates.verbatim(["a", "b"], ["Which bone?", "Which bones?"]) == ["a", "b"]


@given(st.lists(st.text("ab ", max_size=12), max_size=12))
def test_clusters_are_those_of_a_comparison_of_all_pairs(texts: list[str]) -> None:
    clusters = duplicates.near(ids(texts), texts)
    shingles = [_shingles(text) for text in texts]
    joined = {
        (one, other)
        for one, other in combinations(range(len(texts)), 2)
        if len(shingles[one] & shingles[other])
        >= duplicates.SHARED * min(len(shingles[one]), len(shingles[other]))
    }
    for number, cluster in enumerate(clusters):
        reached = {number}
        while True:
            more = {n for pair in joined if reached & set(pair) for n in pair} | reached
            if more == reached:
                break
            reached = more
        assert cluster == f"q{min(reached)}"


def _shingles(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1))}


@given(st.lists(st.text("ab ", max_size=6), min_size=1, max_size=8), st.randoms())
def test_the_order_of_a_file_changes_no_group(texts: list[str], order: object) -> None:
    names = ids(texts)
    pairs = list(zip(names, texts, strict=True))
    order.shuffle(pairs)
    again = duplicates.near([name for name, _ in pairs], [text for _, text in pairs])
    clusters = dict(zip(names, duplicates.near(names, texts), strict=True))
    shuffled = dict(zip([name for name, _ in pairs], again, strict=True))
    for one, other in combinations(names, 2):
        assert (clusters[one] == clusters[other]) == (shuffled[one] == shuffled[other])
