"""A message for a name that does not exist: the most similar one, or all of them."""

import difflib
from collections.abc import Sequence

MOST_LISTED = 12
"""Choices that are listed in full; of more, only similar ones are."""


def unknown(name: str, choices: Sequence[str], kind: str = "") -> str:
    """Returns the message for an unknown name.

    Args:
        name: the unknown name.
        choices: the names that exist.
        kind: word for what the name names, such as `model`; empty = the message has said it.

    >>> unknown("papr", ["paper", "demo"])
    "there is no 'papr'; did you mean paper? There are demo, paper"
    >>> unknown("stor", ["store", "data"], "command")
    "there is no command 'stor'; did you mean store? There are data, store"
    """
    missing = f"there is no {kind} {name!r}" if kind else f"there is no {name!r}"
    similar = difflib.get_close_matches(name, choices, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(similar)}?" if similar else "."
    if similar and len(choices) > MOST_LISTED:
        return f"{missing}{hint}"
    return f"{missing}{hint} There are {', '.join(sorted(choices))}"
