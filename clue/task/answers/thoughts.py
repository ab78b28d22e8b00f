"""The text without what a model thinks before it answers.

A thought is never read, since it weighs answers that the model then rejects.
"""

import re

from clue.common.thought_tags import CLOSING, OPENING

_FINAL_CHANNEL = re.compile(
    r"<\|channel\|>\s*final\b[^<]*<\|message\|>|assistant\s*final(?:<\|message\|>)?"
    r"|\Afinal(?=[^\W\d_])(?!ly|i[stz]|s\b|e\b)"
)
"""Where the final channel begins, with its special tokens or glued together without them."""
_OTHER_CHANNEL = re.compile(r"<\|channel\|>|\A\s*(?:analysis|commentary)(?=[^\W_])")
_FINAL_HEADING = re.compile(r"^#+\s*final\s+(?:response|answer)\b[\s:]*", re.I | re.M)
_THOUGHT_HEADING = re.compile(r"\A\s*#+\s*thinking\b", re.I)

_MARK = re.compile(r"[<\[◁#]|assistant|final|analysis|commentary", re.I)
"""In every text with a thought or a channel: one search spares most texts all others."""


def without_thought(text: str) -> str:
    """Returns the text after the last thought, and before one that never closes.

    >>> without_thought("<think>A or B?</think>C"), without_thought("<think>A or")
    ('C', '')
    >>> without_thought("analysisIt may be A.assistantfinalC")
    'C'
    """
    if not _MARK.search(text):
        return text
    for begins_answer, begins_thought in (
        (_FINAL_CHANNEL, _OTHER_CHANNEL),
        (_FINAL_HEADING, _THOUGHT_HEADING),
    ):
        text = _after_heading(text, begins_answer, begins_thought)
    text = text[max((closing.end() for closing in CLOSING.finditer(text)), default=0) :]
    opening = OPENING.search(text)
    return text[: opening.start()] if opening else text


def free_text(text: str) -> str | None:
    """Returns the text without thoughts as the answer of a task with free text; None if blank.

    >>> free_text("<think>short</think>  How is gout treated? ")
    'How is gout treated?'
    """
    return without_thought(text).strip() or None


def is_thought_alone(text: str) -> bool:
    """True if a text is a thought without an answer, usually one that its budget has cut.

    >>> is_thought_alone("<think>A or"), is_thought_alone("<think>A or B?</think>C")
    (True, False)
    """
    return bool(text.strip()) and not without_thought(text).strip()


def _after_heading(
    text: str, begins_answer: re.Pattern[str], begins_thought: re.Pattern[str]
) -> str:
    answers = list(begins_answer.finditer(text))
    if answers and (begins_answer is _FINAL_CHANNEL or begins_thought.search(text)):
        return text[answers[-1].end() :]
    return "" if begins_thought.search(text) else text
