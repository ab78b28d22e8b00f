"""A campaign: one kind of attack, tried many times with a seed, within a bounded time."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Case:
    """One try of a campaign."""

    number: int
    draw: random.Random
    """Randomness of this case alone: a case can be repeated without those before it."""
    folder: Path
    """Empty folder of the case."""
    base: Any
    """Return value of `Campaign.prepare`."""


@dataclass(frozen=True)
class Campaign:
    """Cases of one kind of attack."""

    count: int
    """Cases that are tried by default."""
    attempt: Callable[[Case], Iterator[str]]
    """Tries a case; yields a line for everything that is wrong."""
    prepare: Callable[[Path], AbstractContextManager[Any]] = lambda folder: nullcontext()
    """Makes, in an empty folder, what the cases share."""
    minutes: float = 20.0
    """No case starts later."""


class Tally(NamedTuple):
    """Result of a campaign."""

    tried: int
    wrong: int
    seconds: float


def carry_out(
    name: str, campaign: Campaign, numbers: range, seed: int, show: Callable[[str], None]
) -> Tally:
    """Try the cases with these numbers; shows every one that is wrong, and keeps its folder."""
    started = time.monotonic()
    tried = wrong = 0
    folder = Path(tempfile.mkdtemp(prefix=f"attack-{name}-"))
    (folder / "base").mkdir()
    with campaign.prepare(folder / "base") as base:
        for number in numbers:
            if time.monotonic() - started > 60 * campaign.minutes:
                show(f"{name}: stopped after {campaign.minutes:g} minutes")
                break
            case = Case(
                number, random.Random(f"{seed} {name} {number}"), folder / str(number), base
            )
            case.folder.mkdir()
            problems = list(campaign.attempt(case))
            tried, wrong = tried + 1, wrong + bool(problems)
            for problem in problems:
                show(f"{name} {number}: {problem}")
            if not problems:
                shutil.rmtree(case.folder, ignore_errors=True)
    if not wrong:
        shutil.rmtree(folder, ignore_errors=True)
    return Tally(tried, wrong, time.monotonic() - started)


def table(tallies: Mapping[str, Tally]) -> Iterator[str]:
    """Yields the lines of the table at the end."""
    yield f"{'campaign':<20}{'tried':>7}{'wrong':>7}{'minutes':>9}"
    for name, tally in tallies.items():
        yield f"{name:<20}{tally.tried:>7}{tally.wrong:>7}{tally.seconds / 60:>9.1f}"
