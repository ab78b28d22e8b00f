"""Expected duration of a sweep: jobs of known hours on several GPUs, the longest first."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clue.common.amounts import duration, two_digits
from clue.common.plural import counted

LEAST_HOURS, MOST_HOURS = 0.25, 2.0
"""Work of a shard: less is lost in loading the weights, more is lost with the job."""


def makespan(hours: Sequence[float], at_once: int) -> float:
    """Returns the hours until the last job ends, if each free place takes the longest one left.

    Args:
        hours: of each job.
        at_once: jobs that run at the same time.

    >>> makespan([1, 1, 2, 4], 2), makespan([3, 3], 1), makespan([], 4)
    (4.0, 6.0, 0.0)
    """
    ends = [0.0] * max(min(at_once, len(hours)), 1)
    for job in sorted(hours, reverse=True):
        heapq.heapreplace(ends, ends[0] + job)
    return max(ends)


def suggested_shards(hours: Sequence[float]) -> int:
    """Returns a number of shards so that one of the longest model works at most `MOST_HOURS`.

    A shard of the shortest model then works at least `LEAST_HOURS`, if there is such a number.

    >>> suggested_shards([6.5]), suggested_shards([6, 4]), suggested_shards([0.1])
    (4, 3, 1)
    """
    return max(math.ceil(max(hours, default=0.0) / MOST_HOURS), 1)


@dataclass(frozen=True)
class ShardPlan:
    """Hours of a sweep by its models, and the shards that it asks for."""

    hours: Mapping[str, float]
    """Model with its prompt setting to hours of what is not stored; models without work have 0."""
    shards: int
    at_once: int
    """Jobs that run at the same time."""

    @property
    def is_worth_a_line(self) -> bool:
        """True if several jobs share the work, or should."""
        return max(self.shards, self.at_once, suggested_shards(self._longer)) > 1

    def line(self) -> str:
        """Returns the makespan and the number of shards that suits these hours, for people."""
        text = f"makespan: {self._of(self.shards)} without loading"
        shards = suggested_shards(self._longer)
        if shards != self.shards:
            text += f"; better shards={shards}: {self._of(shards)}"
        short = sum(hours / shards < LEAST_HOURS for hours in self._longer)
        if short and shards > 1:
            text += (
                f"; run {counted(short, 'model')} whose shards work less than "
                f"{duration(3600 * LEAST_HOURS)} apart, with fewer shards"
            )
        return text

    @property
    def _longer(self) -> list[float]:
        return [hours for hours in self.hours.values() if hours]

    def _of(self, shards: int) -> str:
        parts = [hours / shards for hours in self._longer for _ in range(shards)]
        if not parts:
            return "nothing is left to generate"
        extremes = dict.fromkeys(two_digits(hours) for hours in (min(parts), max(parts)))
        jobs = f"{counted(len(parts), 'job')} of {' to '.join(extremes)} h, {self.at_once} at once"
        return f"{two_digits(makespan(parts, self.at_once))} h ({jobs})"
