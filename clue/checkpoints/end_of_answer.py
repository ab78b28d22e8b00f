"""The token that ends an answer, or the text where no special token does: a stop string."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from clue.checkpoints.turn_layout import PROBE, TurnLayout

PLAIN_STOP = "\nInput:"
"""A model without a chat template ends its turn by beginning the next one."""
SHORTEST_STOP = 2
"""Least characters of a stop string that a template gives: one mark would cut sentences."""


class AnswerEnd(NamedTuple):
    """Tokens and strings that end an answer, besides the tokens that the configurations name."""

    ids: list[int]
    strings: tuple[str, ...]


def answer_end(turns: TurnLayout | None, tokenizer: Any, special_ids: set[int]) -> AnswerEnd:
    """Returns the special token behind an answer, else a text, else a token of the next turn.

    Args:
        turns: layout of the conversations; None = turns are plain text.
        tokenizer: of the model.
        special_ids: tokens that are removed from answers.
    """
    if turns is None:
        return AnswerEnd([], (PLAIN_STOP,))
    answer, question = PROBE[2].content, PROBE[3].content
    # some generation configs lack the token that the template puts after an answer
    after = _ids(tokenizer, turns.answered.rpartition(answer)[2].lstrip())[:1]
    if special_ids.intersection(after):
        return AnswerEnd(after, ())
    special = tokenizer.convert_ids_to_tokens(sorted(special_ids))
    strings = end_strings((turns.answered, turns.continued), answer, question, special)
    if strings:
        return AnswerEnd([], strings)
    next_turn = [token for token in _ids(tokenizer, turns.next_turn) if token in special_ids]
    return AnswerEnd(next_turn[:1], ())


def end_strings(
    layouts: Iterable[str], answer: str, question: str, tokens: Iterable[str]
) -> tuple[str, ...]:
    r"""Returns what a template writes after an answer, else the heading of the next turn.

    Args:
        layouts: a conversation that ends with the answer, and one that goes on with the question.
        answer: text of the answer.
        question: text of the next question.
        tokens: special tokens, which are removed from answers.

    >>> end_strings(["A<|im_end|>\n", "A<|im_end|>\n<|im_start|>user\nWhy?"], "A", "Why?", ["</s>"])
    ('<|im_end|>',)
    >>> end_strings(["A", "A\n\n### Question:\nWhy?"], "A", "Why?", ["</s>"])
    ('\n### Question:',)
    """
    special = list(tokens)
    for text in layouts:
        after = text.partition(answer)[2].partition(question)[0]
        heading = after.lstrip()
        blank = after[: len(after) - len(heading)]
        for token in special:
            heading = heading.partition(token)[0]
        line = heading.partition("\n")[0].rstrip()
        if len(line) >= SHORTEST_STOP:
            return ("\n" + line if "\n" in blank else line,)
    return ()


def _ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])
