"""Failures of an answer in any task: empty, unparsed, looped; and its length.

Dada et al. 2025, section 5, discuss these failures; this module defines them. The definitions use
the text alone and never the reference.
"""

import re
from collections.abc import Mapping, Sequence

from clue.records import Completion, Sample

VERSION = 1
"""Version of `flags` and `measures`; part of every cell's id."""
GRAM = 4
"""Words of an n-gram in `repeated_share`."""
LOOP_REPEATS = 3
"""Least number of times that the text repeats a unit at its end; a cut unit may follow."""
LOOP_WORDS = 12
"""Least number of words and marks in the repeats: "no, no, no" is emphasis."""
LONGEST_WORD = 60
"""Most letters and digits of a word; a longer one at the end is split into characters."""

BROKEN_THOUGHTS = ("thought_cut", "unfinished_thought")
"""Flags of thoughts that the model did not finish."""

_WORD = re.compile(r"\w+|[^\w\s]")


def flags(text: str, answer: str | None, sample: Sample, task: object) -> dict[str, bool]:
    """Returns the flags of an answer: those of every task, then those of the task's own reader."""
    common = {
        "empty": not text.strip(),
        "unparsed": answer is None,
        "looped": loop(text) is not None,
    }
    of_task: Mapping[str, bool] = {}
    if hasattr(task, "answer_flags"):
        of_task = task.answer_flags(text, answer, sample)
    return {**common, **of_task}


def thought_flags(completion: Completion) -> dict[str, bool]:
    """Returns the flags of a thought; empty if the model was to answer at once."""
    end = completion.thought_end
    if end is None:
        return {}
    return {
        "thought_cut": end == "cut",
        "unfinished_thought": end == "open",
        "no_thought": end == "absent",
    }


def thought_measures(completion: Completion) -> dict[str, float]:
    """Returns the tokens of a thought; empty if the model was to answer at once."""
    is_asked = completion.thought_end is not None
    return {"thought_tokens": float(completion.thought_tokens)} if is_asked else {}


def measures(text: str) -> dict[str, float]:
    """Returns the numbers `words` and `repeated_4grams` of an answer.

    >>> measures("the knee hurts")
    {'words': 3.0, 'repeated_4grams': 0.0}
    """
    return {"words": float(len(text.split())), "repeated_4grams": repeated_share(text)}


def repeated_share(text: str) -> float:
    """Returns the share of the text's 4-grams of words that repeat an earlier one; 0 for none.

    >>> repeated_share("take two tablets daily take two tablets daily")
    0.19999999999999996
    """
    words = text.lower().split()
    grams = [tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def loop(text: str) -> str | None:
    """Returns the shortest unit that the text repeats until its end; None if it does not loop.

    Units are sequences of words and marks, in small letters.

    >>> loop("Take " + "two tablets daily, " * 4)
    'two tablets daily ,'
    >>> loop("no, no, no") is None
    True
    """
    words = _WORD.findall(text.lower())
    if words and len(words[-1]) > LONGEST_WORD:  # "1000000...": its characters repeat
        words[-1:] = words[-1]
    for period in range(1, len(words) // LOOP_REPEATS + 1):
        covered = period + _tail(words, period)
        if covered >= max(LOOP_REPEATS * period, LOOP_WORDS):
            start = len(words) - covered
            return " ".join(words[start : start + period])
    return None


def _tail(words: Sequence[str], period: int) -> int:
    """Returns the number of words at the end that equal the word one period before them.

    The last word may be cut by the token budget.
    """
    equal = int(words[-1 - period].startswith(words[-1]))
    while equal and equal < len(words) - period:
        if words[-1 - equal] != words[-1 - equal - period]:
            break
        equal += 1
    return equal
