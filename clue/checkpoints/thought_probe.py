"""Probe of a chat template for the form of a model's thoughts.

The template shows it: a prompt that opens a thought, an answer that is laid out with one, a tag in
its text or in the vocabulary. Names of models decide nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from clue.checkpoints import thinking
from clue.checkpoints.thought_form import ThoughtForm
from clue.common.thought_tags import CHANNEL, CLOSING, OPENING

THOUGHT, ANSWER = "th1nking", "an5wer"
"""Texts of the probe."""
FIELDS = ("reasoning_content", "thinking", "reasoning", "thought")
"""Fields of a turn in which templates look for its thought."""
_BRACKETS = re.compile(r"[^\w:]|begin_of_|start_of_|end_of_|begin_|start_|end_", re.I)


class NativeThoughts(NamedTuple):
    """Variables of a template that switch thinking on, and the form of the thoughts."""

    switches: dict[str, Any]
    form: ThoughtForm


class ProbeLayout(Protocol):
    """Lays out a question, and an answer with some fields of its turn."""

    def __call__(
        self, switches: Mapping[str, Any], answer: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        """Returns the text before and after the end of the question.

        Args:
            switches: values of the template's variables.
            answer: fields of the turn of `ANSWER` besides its content; None = the prompt alone.
        """


@dataclass(frozen=True)
class ThoughtProbe:
    """A template and its tokenizer's additions to the vocabulary."""

    template: str
    layout: ProbeLayout
    added: Collection[str]

    def native(self) -> NativeThoughts | None:
        """Returns the form of the model's own thoughts; None if nothing shows one."""
        for switches in self._switches():
            form = self._form(switches)
            if form:
                return NativeThoughts(switches, form)
        return None

    def _switches(self) -> list[dict[str, Any]]:
        """Values of the template's variables, those that open or request a thought first."""
        unset = self._prompt({})
        assert unset is not None
        ranked: list[tuple[int, dict[str, Any]]] = []
        for name, value in thinking.values(self.template, on=True):
            prompt = self._prompt({name: value})
            if prompt is None or prompt == unset:
                continue
            opens = thinking.state(prompt[1], self.added) == "open"
            asks = thinking.unclosed(prompt) > thinking.unclosed(unset)
            if opens or asks:
                ranked.append((0 if opens else 1, {name: value}))
        state = thinking.state(unset[1], self.added)
        own: list[dict[str, Any]] = [] if state == "closed" else [{}]
        on = [switches for _, switches in sorted(ranked, key=lambda entry: entry[0])]
        return [*own, *on] if state == "open" else [*on, *own]

    def _prompt(self, switches: Mapping[str, Any]) -> tuple[str, str] | None:
        return thinking.attempt(lambda: self.layout(switches))

    def _form(self, switches: Mapping[str, Any]) -> ThoughtForm | None:
        end = self.layout(switches)[1]
        is_open = thinking.state(end, self.added) == "open"
        opening = self._opened(end) if is_open else ""
        return (
            self._laid_out(switches, end, opening)
            or self._in_channels(switches, end, is_open=is_open)
            or self._tagged(opening)
        )

    def _laid_out(self, switches: Mapping[str, Any], end: str, opened: str) -> ThoughtForm | None:
        """The form in which the template lays out an answer with a thought."""
        for name in FIELDS:
            before, _, after = self._answered(switches, name).partition(THOUGHT)
            closing, answer, _ = after.partition(ANSWER)
            mark = _mark(closing, self.added)
            if mark and answer:
                own = before.removeprefix(end) if before.startswith(end) else self._opened(before)
                return _form(opened or own, closing, mark, is_open=bool(opened))
        return None

    def _answered(self, switches: Mapping[str, Any], name: str) -> str:
        """Text after the question, with an answer and its thought in a field of this name."""
        turn = thinking.attempt(lambda: self.layout(switches, {name: THOUGHT}))
        return turn[1] if turn else ""

    def _in_channels(
        self, switches: Mapping[str, Any], end: str, *, is_open: bool
    ) -> ThoughtForm | None:
        """Channels whose last one is that of the answer."""
        turn = self.layout(switches, {})[1].partition(ANSWER)[0]
        channels = list(CHANNEL.finditer(turn))
        if not channels or not (is_open or thinking.chooses_channel(end, turn)):
            return None
        mark = turn[channels[-1].start() :]
        return _form(channels[-1][0].partition(channels[-1][1])[0], turn, mark, is_open=is_open)

    def _tagged(self, opened: str) -> ThoughtForm | None:
        """A pair of tags: that of the prompt, of the vocabulary or of the template's text."""
        texts = (*sorted(self.added), self.template)
        openings = [opened.strip()] if opened else list(_tags(OPENING, texts, self.added))
        closings = list(_tags(CLOSING, texts, self.added, ends=True))
        for opening in openings or [_opening_of(closing) for closing in closings]:
            # a channel is named where it opens
            partners = [tag for tag in closings if _name(opening).startswith(_name(tag))]
            for closing in partners or ([_closing_of(opening)] if opened else []):
                return ThoughtForm.of_tags(opened or opening, closing, is_open=bool(opened))
        return None

    def _opened(self, end: str) -> str:
        """The last tag that opens a thought, with the text behind it."""
        starts = [match.start() for match in OPENING.finditer(end)]
        starts += [match.start() for match in CHANNEL.finditer(end)]
        starts += [
            end.rindex(token) for token in self.added if thinking.opens(token) and token in end
        ]
        return end[max(starts) :] if starts else ""


def _form(opening: str, closing: str, mark: str, *, is_open: bool) -> ThoughtForm:
    return ThoughtForm(opening, closing, re.compile(re.escape(mark)), is_open)


def _mark(closing: str, added: Collection[str]) -> str:
    """The part of a closing that is always there: its last tag, or its channel; else empty."""
    channels = list(CHANNEL.finditer(closing))
    if channels:
        return closing[channels[-1].start() :]
    tags = list(_tags(CLOSING, [closing], added, ends=True))
    return tags[-1] if tags else ""


def _tags(
    pattern: re.Pattern[str], texts: Collection[str], added: Collection[str], *, ends: bool = False
) -> Iterator[str]:
    """Tags of thoughts in some texts: those of a pattern, and words of the vocabulary."""
    for text in texts:
        yield from (match[0] for match in pattern.finditer(text))
        test = thinking.closes if ends else thinking.opens
        yield from (token for token in sorted(added) if test(token) and token in text)


def _name(tag: str) -> str:
    """The word of a tag, the same for both of a pair."""
    return _BRACKETS.sub("", tag).lower()


def _opening_of(closing: str) -> str:
    return closing.replace("/", "", 1)


def _closing_of(opening: str) -> str:
    """The usual partner of an opening tag."""
    return re.sub(r"^(\W*)", r"\1/", opening)
