"""Where a text may name a concept.

Abbreviations that a text introduces stand for their long forms (Schwartz and Hearst 2003), by
scispaCy's detector.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

BRACKET_TOKENS = 8
"""Longest bracket in which scispaCy's detector looks for an abbreviation or its long form."""


class Mention(NamedTuple):
    """A place in a text that may name a concept."""

    start: int
    """First token."""
    end: int
    """Behind the last token."""
    text: str
    """As written."""
    meaning: str
    """The long form of an abbreviation; else the text."""


class Finder(Protocol):
    """Proposes mentions; they may overlap."""

    def missing(self) -> str | None:
        """What is not on this machine, and how to get it."""

    def signature(self, cache: Path) -> str:
        """What decides which mentions are found."""

    def pipeline(self) -> "Language":
        """The spaCy pipeline that a text goes through."""

    def spans(self, doc: "Doc") -> Iterable["Span"]:
        """The mentions of a text."""


class MentionReader:
    """Texts to mentions; opens the finder's pipeline."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self._pipeline = finder.pipeline()
        self._detector = _detector(self._pipeline)

    def read(self, texts: Sequence[str]) -> Iterator[list[Mention]]:
        """The mentions of each text, one by one: a neighbour in a batch can change a last bit."""
        for doc in self._pipeline.pipe(map(_encodable, texts), batch_size=1):
            if "(" in doc.text:
                self._find_abbreviations(doc)
            yield [_mention(span) for span in self.finder.spans(doc)]

    def _find_abbreviations(self, doc: "Doc") -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"\[W036\]")  # no bracket introduces one
            self._detector(doc)


def _detector(pipeline: "Language") -> Any:
    """ScispaCy's, with a bound on what it matches between brackets.

    It drops longer brackets after it has listed them all: a quadratic number in a text of brackets.
    """
    from scispacy.abbreviation import AbbreviationDetector
    from spacy.matcher import Matcher

    detector = AbbreviationDetector(pipeline)
    detector.matcher = Matcher(pipeline.vocab)
    inside = {"OP": f"{{1,{BRACKET_TOKENS}}}"}
    detector.matcher.add("parenthesis", [[{"ORTH": "("}, inside, {"ORTH": ")"}]])
    return detector


def _mention(span: "Span") -> Mention:
    long_form = span._.long_form
    return Mention(span.start, span.end, span.text, long_form.text if long_form else span.text)


def _encodable(text: str) -> str:
    """The text without lone surrogates, which spaCy refuses."""
    return text.encode("utf-8", "replace").decode()
