"""Phrases for the parts of a comparison; `verdict` joins them to sentences."""

from dataclasses import dataclass

from analysis import number_format
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval


@dataclass(frozen=True)
class Labels:
    """Names that the sentences use."""

    base: str
    tuned: str
    score: str
    """Scored quantity, e.g. a task."""
    unit: str = ""
    """`points`; empty for a score in its own unit."""
    adjustment: str = ""
    """Name of the adjustment of p for multiplicity: `Holm`."""
    marks: tuple[str, ...] = ()
    """Marks of the results, which begin the sentence (`clue.marks`)."""


@dataclass(frozen=True)
class Phrases:
    """A comparison and the phrases for its parts."""

    comparison: Comparison
    labels: Labels
    p: float | None
    """Adjusted p; None: p is not adjusted."""

    def amount(self, value: float | None) -> str:
        """A number with its unit."""
        if value is None:
            return "an unknown amount"
        return f"{number_format.number(value, self.decimals)}{self.unit}"

    def interval(self, interval: Interval | None) -> str:
        """`low to high`."""
        return "(none)" if interval is None else number_format.interval(interval, self.decimals)

    @property
    def decimals(self) -> int:
        """Number of decimals."""
        return number_format.decimals(self.comparison.se_cr2)

    @property
    def unit(self) -> str:
        """The unit, with a space in front."""
        return f" {self.labels.unit}" if self.labels.unit else ""

    @property
    def margin(self) -> str:
        """The declared margin with its unit."""
        unit = self.unit.removesuffix("s") if self.comparison.margin == 1 else self.unit
        return f"{self.comparison.margin:g}{unit}"

    @property
    def subject(self) -> str:
        """The two models and the score."""
        return f"{self.labels.tuned} against {self.labels.base} on {self.labels.score}"

    @property
    def test(self) -> str:
        """The p-value of the verdict, with the name of its adjustment."""
        p = self.comparison.p if self.p is None else self.p
        name = f"{self.labels.adjustment} p" if self.p is not None else "p"
        return f"{name} {number_format.p_value(p)}" if p is not None else "no test"

    @property
    def disagreement(self) -> str:
        """First sentence if test and interval disagree; empty otherwise."""
        if not self.comparison.discordant:
            return ""
        interval = self.interval(self.comparison.interval)
        return f"Test ({self.test}) and 95 % CI ({interval}) disagree, so no change is claimed. "

    @property
    def sample_size(self) -> str:
        """Number of items, and of clusters if items are clustered."""
        items = number_format.counted(self.comparison.n, "item")
        clusters = number_format.counted(self.comparison.n_clusters, "cluster")
        return f"{items} in {clusters}" if self.comparison.clustered else items
