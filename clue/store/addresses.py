"""Addresses of stored cells: the digits by which a person names a generation or a table of it.

3f2a                 a generation, by the first digits of its fingerprint
3f2a9c01/77ab        one of its tables, by the first digits of the table's id
llama2_7b/3f2a9c01   one of two generations with equal settings under two names of a model
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from clue.errors import StoreError

DIGITS = 16
"""Digits of a fingerprint and of a table's id that names of folders and files have."""
MOST_LISTED = 20
"""Cells that an error lists."""
_FORM = re.compile(
    r"(?:(?P<model>[^/]+)/)??(?P<fingerprint>[0-9a-f]{4,64})(?:/(?P<table>[0-9a-f]{4,64}))?"
)


class Address(NamedTuple):
    """A generation or a table; as a pattern, every field is the beginning of what it matches."""

    model: str
    """Name of the model; in a pattern empty = any."""
    fingerprint: str
    table: str = ""
    """Id of a table; empty = the generation."""

    def __str__(self) -> str:
        """`[<model>/]<fingerprint>[/<table>]`."""
        return "/".join(filter(None, self))

    def matches(self, other: "Address") -> bool:
        """True if this pattern matches an address."""
        return (
            self.model in ("", other.model)
            and other.fingerprint.startswith(self.fingerprint)
            and other.table.startswith(self.table)
        )


def parse(text: str) -> Address:
    """Returns the pattern that a person typed.

    Raises:
        StoreError: it is none.
    """
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise StoreError(
            f"{text!r} is no fingerprint: give at least 4 of its digits (0-9, a-f), as `python -m "
            "clue store list` shows them, e.g. 3f2a9c01; 3f2a9c01/77ab for a table of it"
        )
    model, fingerprint, table = form["model"], form["fingerprint"], form["table"]
    return Address(model or "", fingerprint[:DIGITS], (table or "")[:DIGITS])


def resolve(text: str, choices: Mapping[Address, str]) -> Address:
    """Returns the only address that a typed pattern matches.

    Args:
        text: typed by a person.
        choices: addresses with a description each.

    Raises:
        StoreError: none or several match; lists them.
    """
    pattern = parse(text)
    matching = [address for address in choices if pattern.matches(address)]
    if len(matching) == 1:
        return matching[0]
    listed = matching or list(choices)
    lines = [f"  {distinct(one, choices)}  {choices[one]}" for one in listed[:MOST_LISTED]]
    if len(listed) > MOST_LISTED:
        lines.append(f"  and {len(listed) - MOST_LISTED} more")
    reason = f"{len(matching)} stored cells match {text}; write one as it is listed here:"
    if not matching:
        reason = f"no stored cell matches {text}; {'there are:' if listed else 'there is none'}"
    raise StoreError("\n".join([reason, *lines]))


def distinct(address: Address, among: Iterable[Address]) -> Address:
    """Returns the shortest pattern that matches one address and none of the others."""
    others = [other for other in among if other != address]
    model, fingerprint, table = address
    patterns = (
        Address("", fingerprint),
        Address("", fingerprint, table),
        Address(model, fingerprint),
    )
    return next((pattern for pattern in patterns if not any(map(pattern.matches, others))), address)
