"""Form of a model's thoughts: the text that opens and closes them, and the split of an answer.

An answer with a thought is generated in two phases: the thought, up to its own budget, then the
answer. A thought that its budget ends is closed in the place of the model, so that there is an
answer to score. Readers of answers never see the thought.
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from clue.records import Completion, ThoughtEnd


class SplitAnswer(NamedTuple):
    """A generated text in its two parts."""

    thought: str | None
    answer: str
    end: ThoughtEnd
    """`closed`, `open` or `absent`; only the generation knows that a thought was `cut`."""


@dataclass(frozen=True)
class ThoughtForm:
    """Text around the thoughts of a model."""

    opening: str
    """Text that begins a thought; empty if nothing marks the beginning."""
    closing: str
    """Text that ends a thought and begins the answer."""
    mark: re.Pattern[str]
    """End of a thought in generated text: the part of `closing` that is always there."""
    is_open: bool
    """The prompt opens the thought, or asks for it: all text before the mark is a thought."""

    @classmethod
    def of_tags(cls, opening: str, closing: str, *, is_open: bool = False) -> "ThoughtForm":
        """Returns the form of a pair of tags, which stand on lines of their own.

        Args:
            opening: the text that begins a thought.
            closing: the text that ends it.
            is_open: the prompt ends with `opening`.
        """
        mark = re.compile(re.escape(closing))
        begins = opening if is_open else f"{opening}\n"
        return cls(begins, f"\n{closing}\n\n", mark, is_open)

    def is_closed(self, text: str) -> bool:
        """Tests if generated text contains the end of a thought."""
        return self.mark.search(text) is not None

    def is_absent(self, text: str) -> bool:
        """Tests if generated text begins with something else than a thought."""
        start = text.lstrip()
        if self.is_open or not start:
            return False
        begins = (self.opening.strip(), *self.mark.findall(self.closing))  # an empty thought
        return not any(start.startswith(one) or one.startswith(start) for one in begins)

    def split(self, text: str) -> SplitAnswer:
        """Splits a generated text behind the last mark.

        A thought that is opened and never closed leaves no answer.
        """
        marks = list(self.mark.finditer(text))
        if marks:
            thought = text[: marks[-1].start()].rstrip()
            before_mark = self.mark.split(self.closing, maxsplit=1)[0].strip()
            content = self._content(thought.removesuffix(before_mark))
            return SplitAnswer(content, text[marks[-1].end() :].lstrip(), "closed")
        if self.is_open or (self.opening and text.lstrip().startswith(self.opening.strip())):
            return SplitAnswer(self._content(text), "", "open")
        return SplitAnswer(None, text, "absent")

    def with_thought(
        self, answer: Completion, text: str, tokens: int, *, is_cut: bool = False
    ) -> Completion:
        """Returns a completion with the thought before it.

        Args:
            answer: the answer alone; blank if the thought never ended.
            text: the thought as it was generated, with its closing.
            tokens: of the thought.
            is_cut: it was closed in the model's place.
        """
        before = self.split(text)
        if before.end == "open":
            answer = replace(answer, text="", finish_reason="stop")
        # an answer may think again
        rest = before.answer + answer.text if before.end == "closed" else answer.text
        return replace(
            answer,
            text=self.split(rest).answer if self.is_closed(rest) else rest,
            thought=before.thought,
            thought_tokens=tokens,
            thought_end="cut" if is_cut else before.end,
        )

    def _content(self, text: str) -> str:
        """The thought without the text that opens it."""
        return text.strip().removeprefix(self.opening.strip()).strip()


CHAIN_OF_THOUGHT = ThoughtForm(
    opening="",
    closing="\nAnswer:",
    mark=re.compile(r"(?im)^[^\w\n]*(?:(?:my|the|final) )*answer[^\w\n]*:[^\w\n]*"),
    is_open=True,
)
"""A chain of thought on request: it ends with the heading of the answer, alone or in bold."""
