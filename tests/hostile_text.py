"""Texts as a hostile model or file may bring them, and as ordinary people write them."""

import re
import unicodedata

from hypothesis import strategies as st

NAMED = (
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\r",
    "\b\b",
    "\u202e",
    "\u2066",
    "\x00",
)
MARKUP = (
    "<script>",
    "<img src=x onerror=a>",
    "&lt;",
    "![x](http://h/)",
    "](",
    "|",
    "`",
    "``",
    "\\",
)
HOSTILE = st.lists(
    st.sampled_from([*NAMED, *MARKUP, "=1+1", "name", " ", "\n"]) | st.characters(), max_size=12
).map("".join)
ORDINARY = st.text(
    st.characters(categories=("L", "N", "P", "Sm", "Sc"), exclude_characters="\\"), max_size=30
)
"""Letters with accents, digits, punctuation, mathematics; no control, format or surrogate."""


def unseen(text: str, allowed: str = "\n") -> list[str]:
    """Control, surrogate and bidirectional characters of a text, by the Unicode database."""
    bidirectional = re.compile(r"(LR|RL)[EOI]|PD[FI]|FSI")
    return [
        letter
        for letter in text
        if letter not in allowed
        and (
            unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
            or bidirectional.fullmatch(unicodedata.bidirectional(letter))
        )
    ]
