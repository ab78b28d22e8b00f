"""The part of a text that is the answer: without thoughts, later turns and markup."""

import html
import re

from clue.task.answers.characters import normalised
from clue.task.answers.markup import plain
from clue.task.answers.thoughts import without_thought

_END_OF_TURN = re.compile(
    r"</?s>|<\|(?:eot_id|eom_id|im_end|end|endoftext|end_of_text|return|call|end_of_turn|eos|user"
    r"|start|im_start|start_header_id|begin_of_text)\|>|<(?:end_of_turn|start_of_turn|eos|bos|pad)>"
    r"|<\uff5c[^<>]*\uff5c>|<\|[^<>|]*(?:sentence|response)[^<>|]*\|>|\[/?INST\]|</?INST>",
    re.I,
)
_ROLE = re.compile(
    r"\A\s*(?:<\|[^<>|]*\|>\s*)*(?:(?:assistant|model|ai|bot|output|response)\s*(?:<\|[^<>|]*\|>|:|\n)\s*)?",
    re.I,
)
_NEXT_TURN = re.compile(
    r"^\W*(?:question|q|user|human|assistant|system|input|instructions?|premise|hypothesis|record"
    r"|claim|context|passage|documents?|discharge summary|example|problem)\s*\d*\s*(?::|\Z|\n)"
    r"|^The letters end here\b|(?<=\S)assistant\s*\n\n",
    re.I | re.M,
)
"""Headings of the turn or question that a model without an end of turn adds."""
_ANSWER_HEADING = re.compile(
    r"^\W*(?:(?:the|correct|right|best|final)\s+)*"
    r"(?:answer|label|output|response|codes?|icd\S*\s+codes?|relation(?:ship)?|assistant)"
    r"(?:\s+is)?\s*:",
    re.I | re.M,
)
_CORRECTION = re.compile(
    r"(?:^|(?<=[.!?\u2014-]\s))\W*(?:oh |no,? |but )?(?:wait|correction|sorry|scratch that"
    r"|on second thought|let me (?:correct|reconsider|rethink|re-think)"
    r"|i (?:made a mistake|apologi[sz]e)"
    r"|actually,? no)\b[^\w\n]*(?:actually\b\W*)?",
    re.I | re.M,
)
_TAGGED = re.compile(
    r"<(answer|final_?answer|final|response|result|solution)>\s*(.*?)\s*(?:</\1>|\Z)", re.I | re.S
)
_BOXED = re.compile(r"(?:\\|\x08)b?oxed\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")


def answer_texts(text: str, *, one_choice: bool = True, keep: str = "") -> tuple[str, ...]:
    r"""Returns the texts to read, the most explicit first; the last one is the complete answer.

    Before it: what tags or a box contain, what follows a correction.

    Thoughts, later turns and markup are removed, and characters have one form.

    Args:
        text: as the model wrote it.
        one_choice: a box of LaTeX or a correction ("Wait, ...") replaces what is before it.
        keep: characters that labels contain; as markup they stay.

    >>> answer_texts("<think>B?</think>It is **C**.\n\nQuestion: Which dose?\nAnswer: D")
    ('It is C.',)
    """
    answer = _first_turn(without_thought(html.unescape(normalised(text))))
    answer = _first_question(answer)
    contents = [match[2] for match in _TAGGED.finditer(answer)]
    corrections = []
    if one_choice:
        contents = contents or [match[1] for match in _BOXED.finditer(answer)]
        corrections = [match.end() for match in _CORRECTION.finditer(answer) if match.start()]
    parts = [contents[0]] if len(set(contents)) == 1 else []
    parts += [answer[index:] for index in corrections[-1:]] + [answer]
    words = (plain(part, keep).strip() for part in parts)
    return tuple(dict.fromkeys(filter(None, words)))


def _first_turn(text: str) -> str:
    """Returns the first turn that is not blank, without its role."""
    turns = (_ROLE.sub("", turn, count=1).strip() for turn in _END_OF_TURN.split(text))
    return next(filter(None, turns), "")


def _first_question(text: str) -> str:
    """Returns the text up to the next question; an echo of the first one is left out."""
    if _NEXT_TURN.match(text):
        answer = _ANSWER_HEADING.search(text)
        if answer is None:
            return text
        text = text[answer.start() :]
    for turn in _NEXT_TURN.finditer(text):
        if text[: turn.start()].strip():
            return text[: turn.start()]
    return text
