"""One answer while it is generated: its thought, its end, and tokens put in the model's place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clue.backends.huggingface.shared_prefix import TokenIds
from clue.checkpoints.thought_form import ThoughtForm

STOP_WINDOW = 16
"""Last tokens of an answer that are searched for a stop string at every step."""


class AnswerRequest(NamedTuple):
    """A prompt in tokens, and the bounds of its answer."""

    ids: TokenIds
    budget: int
    """Most tokens of the answer."""
    thought: int = 0
    """Most tokens of the thought before it; 0 = the answer at once."""
    noise: int = 0
    """`draw_key` of its random numbers."""

    @property
    def room(self) -> int:
        """Most new tokens."""
        return self.thought + self.budget


@dataclass(frozen=True)
class TurnRules:
    """Ends of a model's turns and thoughts."""

    tokenizer: Any = None
    """None: no text is searched for."""
    stop_ids: Collection[int] = ()
    stop_strings: Sequence[str] = ()
    form: ThoughtForm | None = None
    """Form of its thoughts; None = it does not think."""
    closing: Sequence[int] = ()
    """Tokens that close a thought in the model's place."""
    closes_turns: bool = False
    """A turn that ends within a thought is closed too: the prompt asked for an answer behind it."""

    def text_end(self, tokens: Sequence[int]) -> str:
        """The last characters of an answer, with special tokens; they never begin a line."""
        text: str = self.tokenizer.decode(tokens[-STOP_WINDOW:])
        return text if len(tokens) <= STOP_WINDOW else f"_{text}"

    def ends_turn(self, tokens: Sequence[int]) -> bool:
        """Tests if the last token ends the turn."""
        if tokens[-1] in self.stop_ids:
            return True
        if not self.stop_strings:
            return False
        text = self.text_end(tokens)
        return any(stop in text for stop in self.stop_strings)


@dataclass
class Turn:
    """The tokens of one answer so far.

    A thought ends in one of four ways: the model closes it, its budget does, the model's turn ends
    within it, or the model does not begin one.
    """

    request: AnswerRequest
    rules: TurnRules
    tokens: list[int] = field(default_factory=list)
    answer_start: int | None = None
    """Number of tokens before the answer; None = the thought has not ended."""
    is_cut: bool = False
    """The thought was closed in the model's place."""
    _forced: list[int] = field(default_factory=list)
    """Tokens that come next, whatever the model chooses."""

    def __post_init__(self) -> None:
        if not self.request.thought:
            self.answer_start = 0

    @property
    def has_ended(self) -> bool:
        """The turn needs no further token."""
        if self._forced or not self.tokens:
            return False
        if self.answer_start is None:
            return self.rules.ends_turn(self.tokens)
        answer = self.tokens[self.answer_start :]
        return bool(answer) and (len(answer) >= self.request.budget or self.rules.ends_turn(answer))

    def add(self, chosen: int) -> None:
        """Adds the token that the model has chosen, or the one that is put in its place."""
        if self._forced:
            self._add_forced()
        elif self.answer_start is not None:
            self.tokens.append(chosen)
        elif chosen in self.rules.stop_ids and self._continues(chosen):
            self._close(is_cut=chosen not in self.rules.closing[:1])
        else:
            self.tokens.append(chosen)
            self._end_thought()

    def _continues(self, stop: int) -> bool:
        """Tests if the thought is closed where the model ended its turn, or a part of it."""
        return self.rules.closes_turns or stop in self.rules.closing[:1]

    def _end_thought(self) -> None:
        """Ends the thought where its last token does."""
        form = self.rules.form
        assert form is not None
        text = self.rules.text_end(self.tokens)
        room = self.request.thought - len(self.rules.closing)
        if form.is_closed(text):
            self.answer_start = len(self.tokens)
        elif form.is_absent(text) and len(self.tokens) < STOP_WINDOW:
            self.answer_start = 0
        elif len(self.tokens) >= room or (
            self.rules.closes_turns and self.rules.ends_turn(self.tokens)
        ):
            self._close(is_cut=True, add=False)

    def _close(self, *, is_cut: bool, add: bool = True) -> None:
        """Puts the closing of the thought in the model's place, its first token at once."""
        self.is_cut = is_cut
        self._forced = list(self.rules.closing)
        if add:
            self._add_forced()

    def _add_forced(self) -> None:
        self.tokens.append(self._forced.pop(0))
        if not self._forced:
            self.answer_start = len(self.tokens)
