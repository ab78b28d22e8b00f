"""What was in two sets of results and what became of it: counted, and said."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from clue.common.plural import counted

INCOMPLETE = 0.01
"""Share of missing samples above which bounds are due."""
REFUSED = 0.05
"""Share of missing samples above which nothing is tested."""
LISTED = 5
"""Ids that a message names."""

Naming = Callable[[Sequence[str]], str]
"""What a message says of the ids that it counts: `named`, or `withheld`."""

Status = Literal["complete", "incomplete", "refused"]


def named(ids: Sequence[str]) -> str:
    """The first few ids, in parentheses."""
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return f" ({', '.join(ids[:LISTED])}{more})"


def withheld(ids: Sequence[str]) -> str:
    """No id, but who says them: one of credentialed data may be an admission's or a letter's."""
    return " (`python -m analysis compare` with the two tables of records names them)"


@dataclass(frozen=True)
class Ledger:
    """Counts of a pairing."""

    n_base: int
    """Samples of base."""
    n_tuned: int
    only_base: tuple[str, ...] = ()
    """Ids that tuned lacks, sorted."""
    only_tuned: tuple[str, ...] = ()
    duplicates: int = 0
    """Rows that were there twice and were dropped on request."""
    repeats: tuple[int, int] = (1, 1)
    """Fewest and most repeats of a common sample."""
    short: int = 0
    """Common samples with less than three fifths of the most repeats."""
    shared: int = 0
    """Common samples whose content another id holds too: they are in its cluster."""
    undefined: int = 0
    """Common samples that the score is not defined for, whatever a model answers."""
    verified: tuple[str, ...] = ()
    """Digests that both have, equal on all common rows."""
    differing: tuple[str, ...] = ()
    """Digests that differ, as was allowed."""

    @property
    def missing(self) -> float:
        """Share of all samples that one of the two lacks."""
        lacking = len(self.only_base) + len(self.only_tuned)
        return lacking / (self.n_base + len(self.only_tuned))

    @property
    def status(self) -> Status:
        """Whether what is missing leaves a result."""
        if self.missing > REFUSED:
            return "refused"
        return "incomplete" if self.missing > INCOMPLETE else "complete"

    def notes(self, naming: Naming = withheld) -> Iterator[str]:
        """What a reader of the result has to know, a sentence each."""
        for name, ids in (("base", self.only_base), ("tuned", self.only_tuned)):
            if ids:
                yield f"Only {name} has {len(ids)} of the samples{naming(ids)}."
        if self.duplicates:
            yield f"{counted(self.duplicates, 'identical row was', 'identical rows were')} dropped."
        if self.short:
            yield (
                f"{counted(self.short, 'sample has', 'samples have')} less than three fifths of "
                f"{self.repeats[1]} repeats; what exists was averaged."
            )
        if self.shared:
            yield (
                f"{counted(self.shared, 'sample has', 'samples have')} the content of another id, "
                "and the cluster of that one too."
            )
        if self.undefined:
            yield (
                f"{counted(self.undefined, 'sample was', 'samples were')} left out: the score is "
                "not defined there."
            )
        if self.differing:
            yield (
                f"The {' and '.join(self.differing)} of some samples differs between the two, as "
                "was allowed."
            )
        if not self.verified and not self.differing:
            yield (
                "The files hold nothing by which to prove that both models were asked the same; "
                "only the ids say so."
            )
