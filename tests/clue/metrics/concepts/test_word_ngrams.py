import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.metrics.concepts.mentions import MentionReader
from clue.metrics.concepts.word_ngrams import LONGEST, WordNgrams


@pytest.fixture(scope="module")
def reader() -> MentionReader:
    return MentionReader(WordNgrams())


def runs(reader: MentionReader, text: str) -> list[str]:
    (mentions,) = reader.read([text])
    return [mention.text for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fever", ["fever"]),
        ("", []),
        ("  \n ", []),
        ("the of and", []),
        ("shortness of breath", ["shortness", "shortness of breath", "breath"]),
        ("fever, cough", ["fever", "cough"]),
        ("fever.\nCough", ["fever", "Cough"]),
        ("heart\nfailure", ["heart", "heart\nfailure", "failure"]),
        ("heart\n\nfailure", ["heart", "failure"]),
        ("pain in the back", ["pain", "pain in the back", "back"]),
        ("X-linked", ["X", "X-linked", "linked"]),
        ("fever - cough", ["fever", "cough"]),
        ("- fever", ["fever"]),
        ("type 2", ["type", "type 2"]),
        ("fever;cough;chest pain", ["fever", "cough", "chest", "chest pain", "pain"]),
        ("-fever\n-chest pain", ["fever", "chest", "chest pain", "pain"]),
        ("\u2022fever", ["fever"]),
        ("hypertension(controlled)", ["hypertension", "controlled"]),
        ("fever/cough", ["fever", "cough"]),
        ("Crohn's disease", ["Crohn", "Crohn's disease", "disease"]),
    ],
)
def test_a_run_begins_and_ends_with_a_word_that_says_something(
    reader: MentionReader, text: str, expected: list[str]
) -> None:
    assert runs(reader, text) == expected


def test_a_run_has_a_longest_length(reader: MentionReader) -> None:
    ngrams = runs(reader, " ".join(["knee"] * 20))
    assert max(len(run.split()) for run in ngrams) == LONGEST
    assert len(ngrams) == 20 * LONGEST - sum(range(LONGEST))


@given(st.text(alphabet="ab1 \n.,()-\u2013'ÄΣ\u2028\U0001f600", max_size=60))
def test_any_text_has_runs_that_stand_in_it(reader: MentionReader, text: str) -> None:
    (mentions,) = reader.read([text])
    for mention in mentions:
        assert mention.text in text
        assert any(map(str.isalpha, mention.text))
        assert mention.end - mention.start > 0
