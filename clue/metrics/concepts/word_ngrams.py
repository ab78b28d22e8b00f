"""Mentions without a trained model: every run of words (n-gram); the linker selects."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue.common.library_version import version

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

LONGEST = 6
"""Most tokens of a run: 86 % of the names in the Human Phenotype Ontology are no longer."""
NAME_WORDS = frozenset({"back", "bottom", "down", "first", "front", "full", "no", "side", "third"})
"""Stop words of spaCy that can begin or end a finding, as in "back pain" or "no appetite"."""
MARKS = r"[;()\[\]{}|/+&]"
"""Always split off; spaCy leaves some of them inside a word."""
BULLETS = r"[-\u2013\u2022]"
HYPHENS = frozenset({"-", "\u2010", "\u2011", "\u2013"})


@dataclass(frozen=True)
class WordNgrams:
    """Runs of up to LONGEST tokens of spaCy's English tokenizer.

    A run begins and ends with a word or number that is no stop word, contains a letter, and crosses
    neither punctuation nor an empty line; a hyphen inside a word is part of the word.
    """

    def missing(self) -> str | None:
        """Returns None: spaCy contains the tokenizer."""
        return None

    def signature(self, cache: Path) -> str:
        """Returns the rule and the tokenizer."""
        return f"words up to {LONGEST}, lists split, spacy {version('spacy')}"

    def pipeline(self) -> "Language":
        """Builds the tokenizer, which also splits list items as in "fever;cough" and "-fever"."""
        import spacy
        from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

        pipeline = spacy.blank("en")
        rules = pipeline.Defaults
        tokenizer: Any = pipeline.tokenizer
        prefixes = [*(rules.prefixes or ()), MARKS, BULLETS]
        tokenizer.prefix_search = compile_prefix_regex(prefixes).search
        tokenizer.infix_finditer = compile_infix_regex([*(rules.infixes or ()), MARKS]).finditer
        tokenizer.suffix_search = compile_suffix_regex([*(rules.suffixes or ()), MARKS]).search
        return pipeline

    def spans(self, doc: "Doc") -> Iterator["Span"]:
        """Yields every run."""
        for stretch in _stretches(doc):
            for first, token in enumerate(stretch):
                if not _can_bound(token.lower_):
                    continue
                for last in stretch[first : first + LONGEST]:
                    span = doc[token.i : last.i + 1]
                    if _can_bound(last.lower_) and any(map(str.isalpha, span.text)):
                        yield span


def _stretches(doc: "Doc") -> Iterator[list["Token"]]:
    """Yields the tokens between two breaks."""
    stretch: list[Token] = []
    for token in doc:
        if _breaks(token):
            yield stretch
            stretch = []
        elif not token.is_space:
            stretch.append(token)
    yield stretch


def _breaks(token: "Token") -> bool:
    if token.is_space:
        return token.text.count("\n") > 1
    if token.text in HYPHENS:
        return _spaced(token)
    return token.is_punct or token.is_bracket or token.is_quote


def _spaced(hyphen: "Token") -> bool:
    """Tests if the hyphen is a dash: it does not join two words."""
    inner = 0 < hyphen.i < len(hyphen.doc) - 1
    return not inner or bool(
        hyphen.whitespace_ or hyphen.nbor(-1).whitespace_ or hyphen.nbor(-1).is_space
    )


@cache
def _stop_words() -> frozenset[str]:
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS) - NAME_WORDS


def _can_bound(word: str) -> bool:
    """Tests if a mention may begin or end with this word."""
    return word not in _stop_words() and any(map(str.isalnum, word))
