"""Ranges and choices of settings, declared beside each field and checked in one place.

    alpha: float = field(default=0.05, metadata=between(0, 1))

`range_problems` checks every field of a dataclass and of the dataclasses in it. A range does not
apply to None; a list is checked element by element.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

KEY = "allowed"


@dataclass(frozen=True)
class Allowed:
    """Values that a setting may take."""

    accepts: Callable[[Any], bool]
    problem: str
    """The end of the message about a value that is not accepted."""


def one_of(*choices: Any) -> Mapping[str, Allowed]:
    """Metadata of a setting with named choices; None must be among them to be accepted."""
    names = ", ".join("null" if choice is None else str(choice) for choice in choices)
    return {KEY: Allowed(lambda value: value in choices, f"is none of {names}")}


def at_least(least: float, reason: str = "") -> Mapping[str, Allowed]:
    """Metadata of a number with a lower bound."""
    problem = f"is less than {least}" + (f": {reason}" if reason else "")
    return {KEY: Allowed(lambda value: value is None or value >= least, problem)}


def more_than(bound: float, unit: str = "") -> Mapping[str, Allowed]:
    """Metadata of a number that exceeds a bound."""
    problem = f"is not more than {bound}" + (f" {unit}" if unit else "")
    return {KEY: Allowed(lambda value: value is None or value > bound, problem)}


def between(low: float, high: float, *, inclusive: bool = False) -> Mapping[str, Allowed]:
    """Metadata of a number within two bounds."""

    def accepts(value: float | None) -> bool:
        if value is None or low < value < high:
            return True
        return inclusive and value in (low, high)

    return {KEY: Allowed(accepts, f"is not between {low} and {high}")}


def range_problems(settings: Any, prefix: str = "") -> Iterator[str]:
    """Describes every value outside its declared range or choices.

    Args:
        settings: a dataclass.
        prefix: dotted path of `settings`, with the dot at its end.
    """
    for field in fields(settings):
        value, name = getattr(settings, field.name), f"{prefix}{field.name}"
        if is_dataclass(value):
            yield from range_problems(value, f"{name}.")
        elif KEY in field.metadata:
            allowed: Allowed = field.metadata[KEY]
            for entry in value if isinstance(value, list) else [value]:
                if not allowed.accepts(entry):
                    yield f"{name}={entry} {allowed.problem}"
