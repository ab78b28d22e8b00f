"""Texts of a page, each stored once: prompts share instructions, examples and documents.

A text is split at blank lines, because a letter of a patient recurs in many prompts beside others.
"""

from collections.abc import Mapping, Sequence

from clue.common.visible import TABS_AND_LINES, visible
from clue.records import Message, Sample

PARAGRAPH = "\n\n"
NONE = -1
"""Number of a text that does not exist."""
FOLDED = 1500
"""Characters from which on a field of a sample is a document, which a page folds away."""

Part = Sequence[object]
"""Paragraphs of a text by number; or the name of a field, and its paragraphs."""
Turn = list[str | list[Part]]
"""Role and parts of a turn, as JSON."""


class SharedTexts:
    """Numbers texts in the order of their first use."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    @property
    def texts(self) -> list[str]:
        """All texts by number; characters that a reader cannot see are escapes."""
        return [visible(text, TABS_AND_LINES) for text in self._number]

    def number(self, text: str | None) -> int:
        """Returns the number of a text.

        >>> texts = SharedTexts()
        >>> [texts.number(text) for text in ("a", "b", "a", None)]
        [0, 1, 0, -1]
        """
        return NONE if text is None else self._number.setdefault(text, len(self._number))

    def paragraphs(self, text: str) -> list[int]:
        """Returns the numbers of the paragraphs of a text."""
        return [self.number(paragraph) for paragraph in text.split(PARAGRAPH)]

    def turns(self, messages: Sequence[Message], sample: Sample) -> list[Turn]:
        """Returns the turns of a prompt; documents of the last one are parts of their own."""
        *before, question = messages
        turns: list[Turn] = [[one.role, [self.paragraphs(one.content)]] for one in before]
        split = split_at_fields(question.content, sample.fields)
        return [*turns, [question.role, [self._part(*part) for part in split]]]

    def _part(self, name: str, text: str) -> Part:
        return [name, self.paragraphs(text)] if name else self.paragraphs(text)


def split_at_fields(text: str, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Splits a text at the long fields that occur in it.

    Returns:
        Name of the field, empty between fields, and text; the texts together are the text.

    >>> split_at_fields("Read: " + "x" * 1500 + " Why?", {"letter": "x" * 1500})[::2]
    [('', 'Read: '), ('', ' Why?')]
    """
    places = sorted(
        (text.find(field), name, field)
        for name, field in fields.items()
        if len(field) >= FOLDED and field in text
    )
    parts: list[tuple[str, str]] = []
    end = 0
    for start, name, field in places:
        if start >= end:
            parts += [("", text[end:start]), (name, field)]
            end = start + len(field)
    return [part for part in [*parts, ("", text[end:])] if part[1]]
