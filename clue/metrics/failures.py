"""How an answer fails, whatever its task: loops, counting, wrong form, length.

Dada et al. 2025, section 5, discuss these failures; here each has a definition. They look at the
text alone and never at the reference.
"""

import re
from collections.abc import Mapping, Sequence
from types import ModuleType

from clue.records import Sample

VERSION = 1
"""Version of `flags` and `measures`: a part of every cell's identity."""
GRAM = 4
LOOP_REPEATS = 3
"""Times that a loop's unit stands in a row at the end of the text; a cut one may follow."""
LOOP_WORDS = 12
"""Words and marks that the repeats cover at least: "no, no, no" is emphasis."""
LONGEST_WORD = 60
"""Letters and digits; longer ones are no words."""

_WORD = re.compile(r"\w+|[^\w\s]")


def flags(text: str, answer: str | None, sample: Sample, task: ModuleType) -> dict[str, bool]:
    """What happened; besides these flags, those of the task's own `behaviour`."""
    found = {
        "empty": not text.strip(),
        "unparsed": answer is None,
        "looped": loop(text) is not None,
    }
    own: Mapping[str, bool] = {}
    if hasattr(task, "behaviour"):
        own = task.behaviour(text, answer, sample)
    return {**found, **own}


def measures(text: str) -> dict[str, float]:
    """`words`: length of the answer; `repeated_4grams`: share of its 4-grams, 0 to 1."""
    return {"words": float(len(text.split())), "repeated_4grams": repeated_share(text)}


def repeated_share(text: str) -> float:
    """Share of the text's 4-grams of words that stood in it before; 0 for shorter texts."""
    words = text.lower().split()
    grams = [tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def loop(text: str) -> str | None:
    """The shortest unit that the text repeats until its end; None if it does not loop.

    Units are sequences of words and marks, in small letters.
    """
    words = _WORD.findall(text.lower())
    if words and len(words[-1]) > LONGEST_WORD:  # "1000000...": its letters are what repeats
        words[-1:] = words[-1]
    for period in range(1, len(words) // LOOP_REPEATS + 1):
        covered = period + _tail(words, period)
        if covered >= max(LOOP_REPEATS * period, LOOP_WORDS):
            start = len(words) - covered
            return " ".join(words[start : start + period])
    return None


def _tail(words: Sequence[str], period: int) -> int:
    """Words at the end that equal the word one period before them; the budget may cut the last."""
    equal = int(words[-1 - period].startswith(words[-1]))
    while equal and equal < len(words) - period:
        if words[-1 - equal] != words[-1 - equal - period]:
            break
        equal += 1
    return equal
