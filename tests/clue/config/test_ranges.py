from dataclasses import dataclass, field

import pytest

from clue.config.ranges import at_least, between, more_than, one_of, range_problems


@dataclass
class Inner:
    share: float = field(default=0.5, metadata=between(0, 1, inclusive=True))
    level: float = field(default=0.05, metadata=between(0, 1))


@dataclass
class Outer:
    inner: Inner = field(default_factory=Inner)
    mode: str | None = field(default=None, metadata=one_of("full", None))
    ways: list[str] = field(default_factory=list, metadata=one_of("a", "b"))
    count: int | None = field(default=None, metadata=at_least(9, "too few"))
    seconds: float = field(default=1.0, metadata=more_than(0, "seconds"))
    free: str = "anything"


def test_defaults_are_within_their_ranges() -> None:
    assert not list(range_problems(Outer()))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Outer(mode="half"), "mode=half is none of full, null"),
        (Outer(ways=["a", "c"]), "ways=c is none of a, b"),
        (Outer(count=8), "count=8 is less than 9: too few"),
        (Outer(seconds=0), "seconds=0 is not more than 0 seconds"),
        (Outer(seconds=float("nan")), "seconds=nan is not more than 0 seconds"),
        (Outer(Inner(share=1.1)), "inner.share=1.1 is not between 0 and 1"),
        (Outer(Inner(level=1.0)), "inner.level=1.0 is not between 0 and 1"),
    ],
)
def test_a_value_outside_its_range_is_reported(settings: Outer, problem: str) -> None:
    assert list(range_problems(settings)) == [problem]


def test_a_closed_range_includes_its_bounds() -> None:
    assert not list(range_problems(Inner(share=1.0)))


def test_the_path_of_nested_settings_is_part_of_the_message() -> None:
    assert list(range_problems(Inner(share=2), "scoring.")) == [
        "scoring.share=2 is not between 0 and 1"
    ]
