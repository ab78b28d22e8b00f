from dataclasses import dataclass, field

import pytest

from clue.config.ranges import AtLeast, Between, MoreThan, OneOf, problems, setting


@dataclass
class Inner:
    share: float = setting(0.5, Between(0, 1))
    level: float = setting(0.05, Between(0, 1, open=True))


@dataclass
class Outer:
    inner: Inner = field(default_factory=Inner)
    mode: str | None = setting(None, OneOf(("full", "hash")))
    ways: list[str] = setting(list, OneOf(("a", "b")))  # noqa: RUF009
    count: int | None = setting(None, AtLeast(9, "too few"))
    seconds: float = setting(1.0, MoreThan(0))
    free: str = "anything"


def test_defaults_are_within_their_ranges() -> None:
    assert not list(problems(Outer()))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (Outer(mode="half"), "mode=half is none of full, hash"),
        (Outer(ways=["a", "c"]), "ways=c is none of a, b"),
        (Outer(count=8), "count=8 is less than 9: too few"),
        (Outer(seconds=0), "seconds=0 is not more than 0"),
        (Outer(seconds=float("nan")), "seconds=nan is not more than 0"),
        (Outer(Inner(share=1.1)), "inner.share=1.1 is not between 0 and 1"),
        (Outer(Inner(level=1.0)), "inner.level=1.0 is not between 0 and 1"),
    ],
)
def test_a_value_outside_its_range_is_reported(settings: Outer, problem: str) -> None:
    assert list(problems(settings)) == [problem]


def test_a_closed_range_includes_its_bounds() -> None:
    assert not list(problems(Inner(share=1.0)))


def test_the_path_of_nested_settings_is_part_of_the_message() -> None:
    assert list(problems({"scoring": Inner(share=2)})) == ["scoring.share=2 is not between 0 and 1"]
