"""Thought and answer in two requests, for engines that continue a given text.

The first request generates the thought, up to a budget of its own. The second one continues behind
the text that ends the thought, and has the budget of an answer at once.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT, ThoughtForm
from clue.config.generation_schema import COT, NATIVE, ThinkingConf
from clue.records import Completion, Prompt, ThoughtEnd

TWO_PHASES = "two phases"
"""Identity of a backend that generates a thought and its answer in two steps."""
ONE_REQUEST = "one request"
"""Identity of a server that gets both budgets at once and is read by the form of thoughts."""
CONTEXT = 8
"""Tokens before a text that is decoded: some tokenizers drop the space at a beginning."""
ANCHORS = ("a", "\n")
"""Texts before a text that is split into tokens: some tokenizers add a space at a beginning."""


class Thought(NamedTuple):
    """A generated thought and the text that ends it; the answer continues behind them."""

    content: str | None
    """The thought alone."""
    end: ThoughtEnd
    ids: list[int]
    """Token ids of the thought with its tags, also those that were added in the model's place;
    empty if it did not think."""
    text: str
    """Text of these ids, special tokens included."""

    @property
    def part(self) -> str:
        """Name of the second request in its seed; an answer without a thought is asked anew."""
        return "" if self.end == "absent" else "answer"


def thought_form(thinking: ThinkingConf, chat: Chat) -> ThoughtForm | None:
    """Returns the form of the thoughts before answers; None = the model answers at once."""
    return {COT: CHAIN_OF_THOUGHT, NATIVE: chat.thoughts}.get(thinking.mode)


@dataclass(frozen=True)
class ThoughtReader:
    """Reads the first of two requests and joins it with the second."""

    chat: Chat
    form: ThoughtForm

    @cached_property
    def stop_ids(self) -> list[int]:
        """Token ids that end a thought: the mark, if it is a token of its own."""
        token = self.chat.tokenizer.get_added_vocab().get(literal(self.form.mark))
        return [] if token is None else [int(token)]

    @cached_property
    def stop_strings(self) -> list[str]:
        """Strings that end a thought: the mark, if it is a plain text without a token of its own.

        A chain of thought on request ends at a pattern. It is generated to its own end and cut at
        the mark, at the price of an answer that is generated twice.
        """
        text = literal(self.form.mark)
        return [] if text is None or self.stop_ids else [text]

    @property
    def has_special_marks(self) -> bool:
        """True if a special token marks thoughts: a text without special tokens hides their end."""
        marks = self.form.opening + self.form.closing
        return any(token in marks for token in self.chat.tokenizer.all_special_tokens)

    def read(
        self, prompt_ids: Sequence[int], new_ids: Sequence[int], *, ended: bool = False
    ) -> Thought:
        """Returns the thought in the tokens of the first request.

        Args:
            prompt_ids: token ids of the prompt.
            new_ids: generated token ids, shape (any,).
            ended: the model ended its turn, although the ids do not show it.
        """
        before = list(prompt_ids[-CONTEXT:])
        end = next((i for i, token in enumerate(new_ids) if token in self.chat.stop_ids), None)
        ids = list(new_ids[:end])
        full = self._text(before, ids)
        text = min(
            (full.partition(stop)[0] for stop in self.chat.stop_strings), default=full, key=len
        )
        if self.form.is_closed(text):
            count = bisect_left(
                range(len(ids) + 1),
                True,
                key=lambda count: self.form.is_closed(self._text(before, ids[:count])),
            )
            closed = self._text(before, ids[:count])
            return Thought(self.form.split(closed).thought, "closed", ids[:count], closed)
        ended = ended or end is not None or text != full
        split = self.form.split(text)
        if split.end == "absent":
            return Thought(None, "absent", [], "")
        # a model that was asked for a thought and answers at once has no heading: its text is the
        # thought, and the answer is asked for
        if ended and self.form is not CHAIN_OF_THOUGHT:
            return Thought(split.thought, "open", list(new_ids), text)
        ids = ids if text == full else self.ids_of(text)
        closing = self.ids_of(self.form.closing)
        return Thought(split.thought, "cut", [*ids, *closing], text + self.form.closing)

    def final(self, thought: Thought, prompt: Prompt, first: Completion) -> Completion | None:
        """Returns the completion if the first request was enough; None = the answer is missing.

        Args:
            thought: of `read`.
            prompt: with the budget of the answer.
            first: the first request, read as an answer at once.
        """
        if thought.end == "open":
            no_answer = replace(first, text="", finish_reason="stop", new_tokens=0)
            return self._with(thought, no_answer)
        # an answer without a thought had the budget of the thought. A longer or cut one is asked
        # anew with its own budget: that needs no count of its tokens, and is rare
        is_complete = first.finish_reason == "stop" and first.new_tokens <= prompt.max_new_tokens
        return self._with(thought, first) if thought.end == "absent" and is_complete else None

    def joined(self, thought: Thought, first: Completion, answer: Completion) -> Completion:
        """Returns the completion of two requests.

        The text before the end of the mark belongs to the thought, also where the mark ends in the
        answer ("**Answer:" and "** yes").

        Args:
            thought: of `read`.
            first: the first request, read as an answer at once.
            answer: the second one.
        """
        seconds = first.seconds + answer.seconds
        answer = replace(answer, prompt_tokens=first.prompt_tokens, seconds=seconds)
        if thought.end == "absent":
            return self._with(thought, answer)
        text = thought.text + answer.text
        mark = self.form.mark.search(text)
        start = mark.end() if mark else 0
        if thought.end == "cut":  # the added text may go on behind its mark
            start = max(start, len(thought.text))
        return self._with(thought, replace(answer, text=text[start:]))

    def ids_of(self, text: str) -> list[int]:
        """Token ids of a text within another one: without a BOS, and without a space before it."""
        for anchor in ANCHORS:
            before, both = self._split(anchor), self._split(anchor + text)
            if before and both[: len(before)] == before:
                return both[len(before) :]
        return self._split(text)

    def _split(self, text: str) -> list[int]:
        return list(self.chat.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _text(self, before: Sequence[int], ids: Sequence[int]) -> str:
        """Text of token ids behind others, special tokens included."""
        return self._decode([*before, *ids])[len(self._decode(before)) :]

    def _decode(self, ids: Sequence[int]) -> str:
        text: str = self.chat.tokenizer.decode(
            list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text

    @staticmethod
    def _with(thought: Thought, answer: Completion) -> Completion:
        return replace(
            answer,
            thought=thought.content,
            thought_tokens=len(thought.ids),
            thought_end=thought.end,
        )


def literal(pattern: re.Pattern[str]) -> str | None:
    r"""Returns the only text that a pattern matches; None if it matches several.

    >>> literal(re.compile(re.escape("<|end|>"))), literal(re.compile("a|b"))
    ('<|end|>', None)
    """
    text = re.sub(r"\\(.)", r"\1", pattern.pattern, flags=re.DOTALL)
    return text if re.escape(text) == pattern.pattern and not pattern.flags & re.I else None
