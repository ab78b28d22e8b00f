"""Matched, missing and duplicated samples of two result sets, and bounds for the missing ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.stats.paired import Interval
from clue.common.plural import counted

INCOMPLETE = 0.01
"""Share of missing samples above which bounds are required."""
REFUSED = 0.05
"""Share of missing samples above which nothing is tested."""
LISTED = 5
"""Largest number of ids in a message."""
LONGEST, WORDS = 100, 3
"""Characters and words of an id; a longer one is a text, which no message shows."""

IdFormat = Callable[[Sequence[str]], str]
"""Text that follows a number of samples in a message: `list_ids` or `hide_ids`."""

Status = Literal["complete", "incomplete", "refused"]


def list_ids(ids: Sequence[str]) -> str:
    """Lists the first few ids, in parentheses; none if one of them is a text of several words.

    >>> list_ids(["a", "b", "c", "d", "e", "f", "g"])
    ' (a, b, c, d, e and 2 more)'
    """
    if any(len(sample) > LONGEST or len(sample.split()) > WORDS for sample in ids[:LISTED]):
        return ""
    more = f" and {len(ids) - LISTED} more" if len(ids) > LISTED else ""
    return f" ({', '.join(ids[:LISTED])}{more})"


def hide_ids(ids: Sequence[str]) -> str:
    """Gives the command that lists the ids; in credentialed data an id may identify an admission.

    >>> hide_ids(["a", "b"])
    ' (`python -m analysis compare` with the two tables of records lists them)'
    """
    return " (`python -m analysis compare` with the two tables of records lists them)"


@dataclass(frozen=True)
class Ledger:
    """Counts of a pairing."""

    n_base: int
    """Samples of base."""
    n_tuned: int
    """Samples of tuned."""
    only_base: tuple[str, ...] = ()
    """Ids that tuned lacks, sorted."""
    only_tuned: tuple[str, ...] = ()
    """Ids that base lacks, sorted."""
    neither: tuple[str, ...] = ()
    """Ids that both lack although a file lists them as planned, sorted."""
    duplicates: int = 0
    """Identical copies of rows that were dropped on request."""
    repeats: tuple[int, int] = (1, 1)
    """Fewest and most presentations of a common sample: its repeats and wordings."""
    draws: tuple[int, int] = (1, 1)
    """Most sampled answers of base and of tuned to one prompt; those that both have are used."""
    short: int = 0
    """Common samples with less than three fifths of the most presentations."""
    shared: int = 0
    """Common samples with the same content as another id; both are in one cluster."""
    undefined: int = 0
    """Common samples for which the score is undefined, whatever a model answers."""
    verified: tuple[str, ...] = ()
    """Digests that both have, equal on all common rows."""
    differing: tuple[str, ...] = ()
    """Digests that differ, which was allowed."""

    @property
    def missing(self) -> float:
        """Share of all samples that one of the two or both lack.

        >>> Ledger(n_base=4, n_tuned=3, only_base=("a", "d"), only_tuned=("e",)).missing
        0.6
        """
        lacking = len(self.only_base) + len(self.only_tuned) + len(self.neither)
        return lacking / (self.n_base + len(self.only_tuned) + len(self.neither))

    @property
    def status(self) -> Status:
        """Rates the share of missing samples.

        >>> Ledger(n_base=100, n_tuned=98, only_base=("a", "b")).status
        'incomplete'
        """
        if self.missing > REFUSED:
            return "refused"
        return "incomplete" if self.missing > INCOMPLETE else "complete"

    def notes(
        self, format_ids: IdFormat = hide_ids, names: tuple[str, str] = ("base", "tuned")
    ) -> Iterator[str]:
        """Yields one sentence for each fact that a reader of the result must know.

        >>> ledger = Ledger(3, 2, only_base=("c",), verified=("prompt",))
        >>> list(ledger.notes(list_ids))
        ['Only base has 1 of the samples (c).']
        """
        for name, ids in zip(names, (self.only_base, self.only_tuned), strict=True):
            if ids:
                yield f"Only {name} has {len(ids)} of the samples{format_ids(ids)}."
        if self.neither:
            yield (
                f"Both lack {len(self.neither)} of the samples that the evaluation was to answer"
                f"{format_ids(self.neither)}."
            )
        if self.duplicates:
            yield f"{counted(self.duplicates, 'identical row was', 'identical rows were')} dropped."
        if self.short:
            yield (
                f"{counted(self.short, 'sample has', 'samples have')} less than three fifths of "
                f"{self.repeats[1]} presentations; the existing ones were averaged."
            )
        if self.draws[0] != self.draws[1]:
            yield (
                f"{names[0]} has {counted(self.draws[0], 'draw')} of a prompt and {names[1]} has "
                f"{self.draws[1]}; only draws that both have count."
            )
        if self.shared:
            yield (
                f"{counted(self.shared, 'sample has', 'samples have')} the content of another id, "
                "and therefore the same cluster."
            )
        if self.undefined:
            yield (
                f"{counted(self.undefined, 'sample was', 'samples were')} left out because "
                "the score is undefined."
            )
        if self.differing:
            yield (
                f"The {' and '.join(self.differing)} of some samples differs between the two, "
                "which was allowed."
            )
        yield from self._proof()

    def _proof(self) -> Iterator[str]:
        """Says that no digest proves equal prompts, if that is so."""
        kinds = (*self.verified, *self.differing)
        if not any(kind.startswith("prompt") for kind in kinds):
            equal = (
                f"only {' and '.join(self.verified)} are equal"
                if self.verified
                else ("only the ids match")
            )
            yield (
                "The files have no digests to verify that both models received the same prompts; "
                f"{equal}."
            )


def missing_bounds(
    total: float,
    n_common: int,
    ledger: Ledger,
    unmatched: tuple[float, float],
    largest: float = 1.0,
) -> Interval:
    """Returns the mean difference if each missing sample had scored 0 or the largest score.

    Args:
        total: sum of the differences of the common samples.
        n_common: number of common samples.
        ledger: lists the samples that only one model has.
        unmatched: sum of the scores of the samples that only base has, and that only tuned has.
        largest: the largest possible score; the smallest is 0.

    >>> ledger = Ledger(n_base=3, n_tuned=2, only_base=("c",))
    >>> missing_bounds(1.0, 2, ledger, (0.5, 0.0))
    Interval(low=0.16666666666666666, high=0.5)
    """
    base, tuned = unmatched
    observed = total - base + tuned
    neither = len(ledger.neither)
    lacking_base, lacking_tuned = len(ledger.only_tuned) + neither, len(ledger.only_base) + neither
    n = n_common + lacking_base + lacking_tuned - neither
    return Interval(
        (observed - largest * lacking_base) / n, (observed + largest * lacking_tuned) / n
    )
