"""A message for a name that does not exist: the most similar one, or all of them."""

import difflib
from collections.abc import Sequence

MOST_LISTED = 12
"""Choices that are listed in full; of more, only similar ones are."""


def unknown(name: str, choices: Sequence[str]) -> str:
    """Returns the message for an unknown name.

    >>> unknown("papr", ["paper", "demo"])
    "there is no 'papr'; did you mean paper? There are demo, paper"
    """
    similar = difflib.get_close_matches(name, choices, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(similar)}?" if similar else "."
    if similar and len(choices) > MOST_LISTED:
        return f"there is no {name!r}{hint}"
    return f"there is no {name!r}{hint} There are {', '.join(sorted(choices))}"
