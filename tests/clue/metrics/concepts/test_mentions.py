import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from scispacy.abbreviation import AbbreviationDetector

from clue.metrics.concepts.mentions import MentionReader, _detector
from clue.metrics.concepts.word_ngrams import WordNgrams

pytestmark = pytest.mark.filterwarnings(r"ignore:\[W036\]")

PIPELINE = spacy.blank("en")
DETECTORS = (AbbreviationDetector(PIPELINE), _detector(PIPELINE))
WORDS = ["(", ")", "chronic", "renal", "failure", "CRF", "crf", "RF", "a", ",", "\n\n"]


@pytest.fixture(scope="module")
def reader() -> MentionReader:
    return MentionReader(WordNgrams())


def test_an_abbreviation_stands_for_its_long_form_wherever_it_occurs(reader: MentionReader) -> None:
    text = "CRF? Yes: chronic renal failure (CRF). Stable CRF."
    (mentions,) = reader.read([text])
    meanings = [mention.meaning for mention in mentions if mention.text == "CRF"]
    assert meanings == ["chronic renal failure"] * 3
    assert all(m.meaning == m.text for m in mentions if m.text != "CRF")


def test_an_abbreviation_is_forgotten_with_its_text(reader: MentionReader) -> None:
    first, second = reader.read(["chronic renal failure (CRF)", "CRF (or not)"])
    assert {m.meaning for m in first if m.text == "CRF"} == {"chronic renal failure"}
    assert {m.meaning for m in second if m.text == "CRF"} == {"CRF"}


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_the_bounded_detector_finds_what_the_detector_of_scispacy_finds(words: list[str]) -> None:
    abbreviations = []
    for detector in DETECTORS:
        doc = detector(PIPELINE(" ".join(words)))
        abbreviations.append({(s.start, s.end, s._.long_form.text) for s in doc._.abbreviations})
    assert abbreviations[0] == abbreviations[1]


def test_a_long_form_in_brackets_may_have_eight_words() -> None:
    words = "alpha beta cell delta edge five gap hill"
    text = f"the ABCDEFGH ({words}) and ABCDEFGH"
    for detector in DETECTORS:
        abbreviations = detector(PIPELINE(text))._.abbreviations
        assert {(span.text, span._.long_form.text) for span in abbreviations} == {
            ("ABCDEFGH", words)
        }


def test_a_text_of_brackets_is_not_matched_with_every_pair_of_them() -> None:
    doc = PIPELINE("( " * 300 + ") " * 300)
    assert len(DETECTORS[1].matcher(doc)) < len(doc)


def test_a_lone_surrogate_is_read_over(reader: MentionReader) -> None:
    (mentions,) = reader.read(["\ud800 fever \udfff"])
    assert "fever" in {mention.text for mention in mentions}
