"""The label that an answer affirms, where the answer is one of a few labels.

MedNLI and tables with `answer: choice` read answers by this rule: a label counts as complete words,
a negated one ("not neutral") does not, and no label or several different ones are no answer, since
a choice among them would be a guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

_NEGATION = r"\b(?i:not|no|neither|nor)\s+(?:(?i:an?)\s+)?"
_MARKS = "*_`\"'“”.,:;!()[] \t\n"
"""Marks around an answer that is nothing but a label."""

_BEFORE = r"(?<![^\W_])(?<![^\W_][-_'\u2019])(?<!\d[.,])"
_AFTER = r"(?![^\W_])(?![-_'\u2019][^\W_])(?![.,]\d)"
"""Not within a word, a compound ("non-urgent") or a number (2 in 2.5)."""
_WORDS = ("a", "i", "no", "not")
"""Labels that are also frequent words: they count before `_END` only."""
_END = r"(?=\s*(?:[^\w\s]|$|(?:or|and)\b))"
"""A mark, the end of a line, or a second label."""
_INTRODUCTION = r"(?i:answer|option|choice|label|class|category)(?i:\s+is)?\s*[:=]?\s*[*\"'(\[]*"


@dataclass(frozen=True)
class LabelRule:
    """Labels and the pattern of their mentions."""

    labels: tuple[str, ...]
    pattern: re.Pattern[str]
    """The group `label<n>` matches a mention of label n; a negated mention matches no group."""

    def affirmed(self, text: str) -> str | None:
        """Returns the only label that the text affirms.

        >>> rule = guarded(("urgent", "routine"))
        >>> rule.affirmed("Not urgent: **Routine**."), rule.affirmed("It is non-urgent.")
        ('routine', None)
        """
        groups = {match.lastgroup for match in self.pattern.finditer(text)} - {None}
        labels = {self.labels[int(str(group).removeprefix("label"))] for group in groups}
        return labels.pop() if len(labels) == 1 else None

    def alone(self, text: str) -> str | None:
        """Returns the label that the text consists of, in any case and between any marks.

        >>> guarded(("A", "B")).alone(" (b). ")
        'B'
        """
        for answer in (text, text.strip(_MARKS)):
            for label in self.labels:
                if _folded(label) == _folded(answer):
                    return label
        return None


def plain(labels: tuple[str, ...]) -> LabelRule:
    """Returns the rule for labels that are rare words; labels and text are in small letters.

    >>> plain(("yes", "maybe")).affirmed("not maybe, yes")
    'yes'
    """
    return _rule(labels, [rf"\b{re.escape(label)}\b" for label in labels])


@cache
def guarded(labels: tuple[str, ...]) -> LabelRule:
    """Returns the rule for any labels: letters, numbers, marks, several words, frequent words.

    A label of one letter counts in its own case. One that is a frequent word counts before a mark
    or the end of a line, a capital also after "answer", "option" and the like: "A patient with
    fever" names no label.

    >>> rule = guarded(("A", "B"))
    >>> rule.affirmed("A patient with fever: B"), rule.affirmed("The answer is A because ...")
    ('B', 'A')
    """
    return _rule(labels, list(map(_mention, labels)))


def _rule(labels: tuple[str, ...], mentions: Sequence[str]) -> LabelRule:
    longest_first = sorted(range(len(labels)), key=lambda n: -len(labels[n]))
    affirmed = "|".join(f"(?P<label{n}>{mentions[n]})" for n in longest_first)
    negated = "|".join(mentions[n] for n in longest_first)
    return LabelRule(labels, re.compile(f"{affirmed}|{_NEGATION}(?:{negated})", re.MULTILINE))


def _mention(label: str) -> str:
    words = r"\s+".join(map(re.escape, label.split()))
    letter = len(label) == 1 and label.isalpha()
    number = r"(?<!-)" if label[0].isdigit() else ""
    mention = _BEFORE + number + (words if letter else f"(?i:{words})") + _AFTER
    if label.lower() not in _WORDS:
        return mention
    introduced = rf"\b{_INTRODUCTION}{words}{_AFTER}|" if letter and label.isupper() else ""
    return f"(?:{introduced}{mention}{_END})"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
