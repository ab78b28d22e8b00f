"""Phrases for the parts of a comparison; `verdict` joins them to sentences."""

from dataclasses import dataclass

from analysis import number_format
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval


@dataclass(frozen=True)
class Wording:
    """What the sentences call things."""

    base: str
    tuned: str
    score: str
    """What was scored, e.g. a task."""
    unit: str = ""
    """`points`; nothing for a score in a unit of its own."""
    adjustment: str = ""
    """How p was adjusted for multiplicity: `Holm`."""


@dataclass(frozen=True)
class Told:
    """A comparison and the words for its parts."""

    comparison: Comparison
    wording: Wording
    p: float | None

    def amount(self, value: float | None) -> str:
        """A number with its unit."""
        if value is None:
            return "an unknown amount"
        return f"{number_format.number(value, self.places)}{self.unit}"

    def span(self, interval: Interval | None) -> str:
        """`low to high`."""
        return "(none)" if interval is None else number_format.interval(interval, self.places)

    @property
    def places(self) -> int:
        """Decimals."""
        return number_format.decimals(self.comparison.se_cr2)

    @property
    def unit(self) -> str:
        """The unit with the space before it."""
        return f" {self.wording.unit}" if self.wording.unit else ""

    @property
    def margin(self) -> str:
        """The declared margin with its unit."""
        unit = self.unit.removesuffix("s") if self.comparison.margin == 1 else self.unit
        return f"{self.comparison.margin:g}{unit}"

    @property
    def subject(self) -> str:
        """Who is compared with whom, on what."""
        wording = self.wording
        return f"{wording.tuned} against {wording.base} on {wording.score}"

    @property
    def test(self) -> str:
        """The p-value that decides, and how it was adjusted."""
        used = self.comparison.p if self.p is None else self.p
        name = f"{self.wording.adjustment} p" if self.p is not None else "p"
        return f"{name} {number_format.p_value(used)}" if used is not None else "no test"

    @property
    def discord(self) -> str:
        """What has to be said first where test and interval disagree."""
        if not self.comparison.discordant:
            return ""
        found = self.span(self.comparison.interval)
        return f"Test ({self.test}) and 95 % CI ({found}) disagree, so no change is claimed. "

    @property
    def size(self) -> str:
        """How many items, and clusters where they are fewer."""
        made, items = self.comparison, number_format.counted(self.comparison.n, "item")
        clusters = number_format.counted(made.n_clusters, "cluster")
        return f"{items} in {clusters}" if made.clustered else items
