"""The words in which two texts differ."""

import difflib

CONTEXT = 2
"""Words before and after a difference that are shown."""
MOST_WORDS = 8
"""Words of a difference that are shown."""


def differing_words(first: str, second: str) -> tuple[str, str]:
    """Returns the first words in which two texts differ, each with a little context.

    >>> differing_words("Say it in one short question. Thanks", "Say it in two questions. Thanks")
    ('... in one short question. Thanks', '... in two questions. Thanks')
    >>> differing_words("greedy", "sampled")
    ('greedy', 'sampled')
    """
    words = first.split(), second.split()
    for tag, *spans in difflib.SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        if tag != "equal":
            return _excerpt(words[0], spans[0], spans[1]), _excerpt(words[1], spans[2], spans[3])
    return repr(first), repr(second)  # they differ in white space only


def _excerpt(words: list[str], start: int, end: int) -> str:
    begin, stop = max(0, start - CONTEXT), min(end, start + MOST_WORDS)
    last = min(len(words), stop + CONTEXT) if stop == end else stop
    excerpt = " ".join(words[begin:last])
    return f"{'... ' if begin else ''}{excerpt}{' ...' if last < len(words) else ''}"
