"""Mentions: spans of a text that may name a concept.

An abbreviation that a text introduces is read as its long form (Schwartz and Hearst 2003), by
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
"""Most tokens of a bracket that scispaCy's detector accepts as abbreviation or long form."""


class Mention(NamedTuple):
    """A span of a text that may name a concept."""

    start: int
    """First token."""
    end: int
    """Token after the last one."""
    text: str
    """As written."""
    meaning: str
    """The long form of an abbreviation; else the text."""


class MentionFinder(Protocol):
    """Proposes mentions of a text; they may overlap."""

    def missing(self) -> str | None:
        """Returns what is missing on this machine and how to get it; None if nothing is."""

    def signature(self, cache: Path) -> str:
        """Returns all that the mentions depend on."""

    def pipeline(self) -> "Language":
        """Loads the spaCy pipeline for texts."""

    def spans(self, doc: "Doc") -> Iterable["Span"]:
        """Returns the mentions of a text."""


class MentionReader:
    """Extracts mentions from texts with the pipeline of a finder."""

    def __init__(self, finder: MentionFinder) -> None:
        self.finder = finder
        self._pipeline = finder.pipeline()
        self._detector = _detector(self._pipeline)

    def read(self, texts: Sequence[str]) -> Iterator[list[Mention]]:
        """Yields the mentions of each text; a larger batch could change a result's last bit."""
        for doc in self._pipeline.pipe(map(_encodable, texts), batch_size=1):
            if "(" in doc.text:
                self._find_abbreviations(doc)
            yield [_mention(span) for span in self.finder.spans(doc)]

    def _find_abbreviations(self, doc: "Doc") -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message=r"\[W036\]"
            )  # no bracket with an abbreviation
            self._detector(doc)


def _detector(pipeline: "Language") -> Any:
    """Returns scispaCy's abbreviation detector with a limit on the tokens between brackets.

    The original lists all brackets and drops the longer ones afterwards: a quadratic number in a
    text of many brackets.
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
    """Replaces lone surrogates, which spaCy refuses."""
    return text.encode("utf-8", "replace").decode()
