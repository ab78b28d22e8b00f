"""Ranges and choices of settings, declared beside the field and checked in one place.

>>> @dataclass
... class Batch:
...     size: int = setting(64, AtLeast(1))
>>> list(problems(Batch(size=0), "backend."))
['backend.size=0 is less than 1']

None is always in range: the type of a field decides if it may be None.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Protocol, get_origin

from clue.common.names import RULE, is_name

_KEY = "range"


class Range(Protocol):
    """Values that a setting may have."""

    def violation(self, value: Any) -> str | None:
        """Explains why a value is outside of the range; None if it is inside."""


@dataclass(frozen=True)
class OneOf:
    """A choice between some values."""

    choices: tuple[Any, ...]

    def violation(self, value: Any) -> str | None:
        """Lists the choices."""
        return None if value in self.choices else f"is none of {', '.join(map(str, self.choices))}"


@dataclass(frozen=True)
class AtLeast:
    """A lower bound, itself in the range."""

    bound: float
    reason: str = ""
    """Reason for the bound; part of the message."""

    def violation(self, value: Any) -> str | None:
        """Gives the bound and the reason."""
        reason = f": {self.reason}" if self.reason else ""
        return None if value >= self.bound else f"is less than {self.bound}{reason}"


@dataclass(frozen=True)
class CountOr:
    """A whole number from 1, or a word; the field is of type Any, since no type says this."""

    word: str

    def violation(self, value: Any) -> str | None:
        """Gives both."""
        allowed = value >= 1 if type(value) is int else value == self.word
        return None if allowed else f"is no whole number from 1, and not {self.word}"


@dataclass(frozen=True)
class MoreThan:
    """A lower bound, itself outside of the range."""

    bound: float

    def violation(self, value: Any) -> str | None:
        """Gives the bound."""
        return None if value > self.bound else f"is not more than {self.bound}"


@dataclass(frozen=True)
class Between:
    """An interval."""

    low: float
    high: float
    open: bool = False
    """The bounds are outside of the range."""

    def violation(self, value: Any) -> str | None:
        """Gives the bounds."""
        inside = self.low < value < self.high if self.open else self.low <= value <= self.high
        return None if inside else f"is not between {self.low} and {self.high}"


@dataclass(frozen=True)
class NotEmpty:
    """A text with at least one character."""

    def violation(self, value: Any) -> str | None:
        """Reports an empty text."""
        return None if value else "is empty"


@dataclass(frozen=True)
class Name:
    """A name that may be a folder of the store (`clue.common.names`)."""

    def violation(self, value: Any) -> str | None:
        """Gives the alphabet."""
        return None if is_name(value) else f"is no name: {RULE}"


def setting(default: Any, allowed: Range) -> Any:
    """Returns a dataclass field with a range; the elements of a list are checked one by one.

    Args:
        default: the default value, or a function that creates it (`list`).
        allowed: the range.
    """
    metadata = {_KEY: allowed}
    if callable(default):
        factory: Callable[[], Any] = default
        return field(default_factory=factory, metadata=metadata)
    return field(default=default, metadata=metadata)


def problems(settings: Any, prefix: str = "") -> Iterator[str]:
    """Yields a line for every value outside of its range, also in nested settings.

    Args:
        settings: a dataclass of settings, or a dictionary of such dataclasses.
        prefix: of the names in the lines, such as `backend.`.
    """
    if isinstance(settings, dict):
        for name, value in settings.items():
            if is_dataclass(value):
                yield from problems(value, f"{prefix}{name}.")
        return
    for item in fields(settings):
        value = getattr(settings, item.name)
        name = f"{prefix}{item.name}"
        if is_dataclass(value) or isinstance(value, dict):
            yield from problems(value, f"{name}.")
        elif _KEY in item.metadata:
            for element in value if get_origin(item.type) is list else [value]:
                message = None if element is None else item.metadata[_KEY].violation(element)
                if message:
                    yield f"{name}={printable(element)} {message}"


def printable(value: Any) -> str:
    """Returns a value for a message of one line; a text with other characters is escaped."""
    return str(value) if str(value).isprintable() else repr(value)
