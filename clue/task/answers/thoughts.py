"""The text without what a model thinks before it answers.

A thought is never read, since it weighs answers that the model then rejects.
"""

import re

_NAMES = (
    r"(?:\w+:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|analysis|scratchpad|"
    r"chain_of_thought|cot|inner_monologue)"
)
_OPENING = re.compile(
    rf"<\s*{_NAMES}(?:\s[^<>]*)?>|<\|(?:{_NAMES}|begin_of_thought|start_thinking)\|>"
    r"|\[think\]|◁think▷|<unused94>|<\|channel>\s*thought",
    re.I,
)
_CLOSING = re.compile(
    rf"<\s*/\s*{_NAMES}\s*>|<\|(?:/{_NAMES}|end_of_thought|end_thinking)\|>"
    r"|\[/think\]|◁/think▷|<unused95>|<channel\|>",
    re.I,
)
"""Tags of reasoning models, also where the prompt wrote the opening one."""
_FINAL_CHANNEL = re.compile(
    r"<\|channel\|>\s*final\b[^<]*<\|message\|>|assistant\s*final(?:<\|message\|>)?"
    r"|\Afinal(?=[^\W\d_])(?!ly|i[stz]|s\b|e\b)"
)
"""Where the final channel begins, with its special tokens or glued together without them."""
_OTHER_CHANNEL = re.compile(r"<\|channel\|>|\A\s*(?:analysis|commentary)(?=[^\W_])")
_FINAL_HEADING = re.compile(r"^#+\s*final\s+(?:response|answer)\b[\s:]*", re.I | re.M)
_THOUGHT_HEADING = re.compile(r"\A\s*#+\s*thinking\b", re.I)


def without_thought(text: str) -> str:
    """Returns the text after the last thought, and before one that never closes.

    >>> without_thought("<think>A or B?</think>C"), without_thought("<think>A or")
    ('C', '')
    >>> without_thought("analysisIt may be A.assistantfinalC")
    'C'
    """
    for begins_answer, begins_thought in (
        (_FINAL_CHANNEL, _OTHER_CHANNEL),
        (_FINAL_HEADING, _THOUGHT_HEADING),
    ):
        text = _after_heading(text, begins_answer, begins_thought)
    text = text[max((closing.end() for closing in _CLOSING.finditer(text)), default=0) :]
    opening = _OPENING.search(text)
    return text[: opening.start()] if opening else text


def _after_heading(
    text: str, begins_answer: re.Pattern[str], begins_thought: re.Pattern[str]
) -> str:
    answers = list(begins_answer.finditer(text))
    if answers and (begins_answer is _FINAL_CHANNEL or begins_thought.search(text)):
        return text[answers[-1].end() :]
    return "" if begins_thought.search(text) else text
