"""The text that ends an answer where no special token does: it becomes a stop string."""

from collections.abc import Iterable

PLAIN_STOP = "\nInput:"
"""A model without a chat template ends its turn by beginning the next one."""
SHORTEST_STOP = 2
"""Least characters of a stop string that a template gives: one mark would cut sentences."""


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
