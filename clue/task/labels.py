"""The label that an answer affirms, where the answer is one of a few labels.

MedNLI and tables with `answer: choice` read answers by these rules, the first that decides counts:

1. the first line is a label alone, after "The answer is" or without;
2. the first sentence is a label alone, and what follows explains it;
3. the only label of a conclusion ("so it is neutral"), else of a statement ("Label: neutral");
4. the only label that the text affirms.

A label counts as complete words. A denied one (`clue.task.answers.denial`), or one in a question
where another is affirmed, does not. Several different labels are no answer by any rule, since a
choice among them would be a guess.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from clue.task.answers.answer_text import answer_texts
from clue.task.answers.characters import normalised
from clue.task.answers.denial import denied
from clue.task.answers.label_patterns import (
    AFTER,
    ALTERNATIVE,
    ARTICLE,
    BEFORE,
    BULLET,
    DENIAL_IN_LABEL,
    END,
    HEADING,
    INTRODUCTION,
    MARKS,
    NO_HEADING,
    SENTENCE_END,
    STATEMENTS,
    WORDS,
)


@dataclass(frozen=True)
class LabelMention:
    """A label in a text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class LabelRule:
    """Labels and the pattern of their mentions."""

    labels: tuple[str, ...]
    pattern: re.Pattern[str]
    """The group `label<n>` matches a mention of label n."""

    def read(self, text: str) -> str | None:
        """Returns the label that a model's text is, else the only one that its answer affirms.

        >>> rule = guarded(("urgent", "routine"))
        >>> rule.read("<think>urgent?</think>**Routine**"), rule.read("~~urgent~~ routine")
        ('routine', 'routine')
        """
        parts = answer_texts(text, keep=self._marks)
        readings = (self.alone(part) or self.affirmed(part) for part in parts)
        return self.alone(text) or next(filter(None, readings), None)

    def affirmed(self, text: str) -> str | None:
        """Returns the label that a plain text affirms, by the rules of this module.

        >>> rule = guarded(("urgent", "routine"))
        >>> rule.affirmed("Not urgent: Routine."), rule.affirmed("It is non-urgent.")
        ('routine', None)
        """
        first = self._first_line(text) or self._first_sentence(text)
        if first:
            return first
        mentions = self._affirmed_mentions(text)
        for statement in STATEMENTS:
            stated = {one.label for one in mentions if statement.search(text[: one.start])}
            if stated:
                return stated.pop() if len(stated) == 1 else None
        labels = {one.label for one in mentions}
        return labels.pop() if len(labels) == 1 else None

    def alone(self, text: str) -> str | None:
        """Returns the label that the text consists of, in any case and between any marks.

        >>> guarded(("A", "B")).alone(" (b). ")
        'B'
        """
        for form in (str, normalised):
            for answer in (text, text.strip(MARKS)):
                for label in self.labels:
                    if _folded(form(label)) == _folded(form(answer)):
                        return label
        return None

    def _first_line(self, text: str) -> str | None:
        """Returns the label of the first line; None if the next line goes on with a list."""
        lines = [*text.strip().splitlines(), "", ""]
        first, second = self._only(lines[0]), lines[1]
        listed = None if HEADING.match(second) else self._only(second)
        return first if listed in (None, first) else None

    def _first_sentence(self, text: str) -> str | None:
        end = SENTENCE_END.search(text)
        label = self._only(text[: end.start()]) if end else None
        if end is None or label is None:
            return None
        rest = text[end.end() :]
        second = SENTENCE_END.split(rest.lstrip(), maxsplit=1)[0]
        one = next(iter(self._mentions(text)), None)
        wrong = one is not None and denied(text, one.start, one.end, item=self._item)
        another = self._only(second) not in (None, label)
        return None if wrong or another or ALTERNATIVE.match(rest) else label

    def _only(self, text: str) -> str | None:
        """Returns the label that a line or sentence consists of, after "The answer is"."""
        for prefix in (NO_HEADING, BULLET, ARTICLE, HEADING):
            words = prefix.sub("", text, count=1)
            mention = self.pattern.fullmatch(words.strip(MARKS))
            label = self._label(mention) if mention else self.alone(words)
            if label is not None and (len(label) > 1 or label in words):
                return label
        return None

    def _affirmed_mentions(self, text: str) -> list[LabelMention]:
        affirmed = [
            one
            for one in self._mentions(text)
            if not denied(self._hidden(text, one), one.start, one.end, item=self._item)
        ]
        supported = [one for one in affirmed if not _is_supposed(text, one)]
        return supported or affirmed

    def _mentions(self, text: str) -> Iterator[LabelMention]:
        for match in self.pattern.finditer(text):
            yield LabelMention(self._label(match), match.start(), match.end())

    def _hidden(self, text: str, mention: LabelMention) -> str:
        """Returns the text with other labels that contain a denial ("not urgent") made blank."""
        for one in self._mentions(text):
            if one.label != mention.label and DENIAL_IN_LABEL.search(one.label):
                text = text[: one.start] + "," * (one.end - one.start) + text[one.end :]
        return text

    def _label(self, match: re.Match[str]) -> str:
        return self.labels[int(str(match.lastgroup).removeprefix("label"))]

    @cached_property
    def _item(self) -> str:
        return re.sub(r"\(\?P<\w+>", "(?:", self.pattern.pattern)

    @cached_property
    def _marks(self) -> str:
        return "".join(char for char in "".join(self.labels) if not char.isalnum())


def inflected(forms: dict[str, str]) -> LabelRule:
    """Returns the rule for labels that are rare words, each with the pattern of its forms.

    >>> inflected({"yes": "yes|yeah", "maybe": "maybe|perhaps"}).affirmed("not perhaps, yeah")
    'yes'
    """
    mentions = [rf"(?i:{BEFORE}(?:{form}){AFTER})" for form in forms.values()]
    return _rule(tuple(forms), mentions)


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
    pattern = "|".join(f"(?P<label{n}>{mentions[n]})" for n in longest_first)
    return LabelRule(labels, re.compile(pattern, re.MULTILINE))


def _is_supposed(text: str, mention: LabelMention) -> bool:
    """Tests if a question or a condition contains the mention."""
    question = re.match(r"[^.!?\n]*\?", text[mention.end :])
    condition = re.search(r"\bif\b[^.;:!?,\n]*\Z", text[: mention.start], re.I)
    return question is not None or condition is not None


def _mention(label: str) -> str:
    words = r"\s+".join(map(re.escape, normalised(label).split()))
    letter = len(label) == 1 and label.isalpha()
    number = r"(?<!-)" if label[0].isdigit() else ""
    mention = BEFORE + number + (words if letter else f"(?i:{words})") + AFTER
    if label.lower() not in WORDS:
        return mention
    introduced = rf"\b{INTRODUCTION}{words}{AFTER}|" if letter and label.isupper() else ""
    return f"(?:{introduced}{mention}{END})"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
