"""Rows of the numeric tables beside tables of the report whose cells are text for people.

`tables/<name>.csv` of the report is formatted; `tables/<name>_numeric.csv` has a column per number,
with all digits. Tables that are missing here show rows of the tables of the study (`cells.csv` and
the others beside it), which are numeric already.
"""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.stats.paired import Interval
from clue.marks import Marks


@dataclass(frozen=True)
class PooledPair:
    """A pair as a row of a meta-analysis."""

    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    score: str
    """Level or overall score; of all levels that some pair has, the most comprehensive one."""
    estimate: float
    """Difference, tuned minus base, in points."""
    variance: float
    """Square of its standard error; `pairs_covariance.csv` has all covariances, in this order."""
    df: float
    """Degrees of freedom of the standard error."""
    family: str
    """Family of base models."""
    recipe: str
    """Training recipe; the pair itself, if no other pair was trained by it."""


@dataclass(frozen=True)
class ScoreOfModel:
    """A score of a single model."""

    model: str
    """Model."""
    score: str
    """Task, data set or level."""
    estimate: float
    """Score in points."""
    se: float
    """Cluster-robust standard error; empty if it cannot be estimated."""
    df: float
    """Degrees of freedom of `se`."""
    ci95: Interval | None
    """95 % interval."""
    n: int
    """Items."""
    n_clusters: int
    """Clusters of items."""
    first_rank: int | None
    """First rank of the rank set; empty: the model has none."""
    last_rank: int | None
    """Last rank of the rank set."""


@dataclass(frozen=True)
class ShrunkenRow:
    """A difference before and after shrinkage; exploratory."""

    pair: str
    """Pair."""
    task: str
    """Task, or data set if its tasks are averaged."""
    raw: float
    """Difference before shrinkage, in points."""
    mean: float
    """Posterior mean of the difference, in points."""
    interval95: Interval | None
    """95 % posterior interval."""
    margin: float | None
    """Declared margin."""
    p_decline: float | None
    """Posterior probability of a decline beyond the margin."""


@dataclass(frozen=True)
class SensitivityRow:
    """Both means of the pairs under one analysis."""

    analysis: str
    """`primary`, or the sensitivity analysis."""
    score: str
    """Level."""
    pairs: int
    """Number of pairs."""
    pooled: float | None
    """Mean for pairs of this kind, in points; empty: refused."""
    pooled_ci95: Interval | None
    """95 % interval of `pooled`."""
    these: float
    """Mean of exactly these pairs, in points."""
    these_ci95: Interval | None
    """95 % interval of `these`."""


@dataclass(frozen=True)
class ModeratorRow:
    """Mean of the pairs of one kind; exploratory."""

    score: str
    """Level, or contrast of two levels."""
    moderator: str
    """Property of pairs."""
    kind: str
    """Value of the property."""
    pairs: int
    """Pairs of that kind."""
    mean: float
    """Mean of exactly these pairs, in points."""
    mean_ci95: Interval | None
    """95 % interval of `mean`."""
    against_others: float | None
    """Their mean minus that of the other pairs; empty: refused."""
    against_others_ci95: Interval | None
    """95 % interval of `against_others`."""


@dataclass(frozen=True)
class ReplicationRow:
    """Lower bounds of the number of real declines or gains."""

    of: str
    """Pair or task."""
    over: str
    """Unit of counting: `tasks` or `pairs`."""
    direction: str
    """`decline` or `gain`."""
    n: int
    """Tests."""
    confirmed: int
    """Changes that Holm's correction of the whole family leaves."""
    at_least: int
    """Bound of this line by itself, Bonferroni."""
    at_least_fisher: int | None
    """Bound by Fisher's combination; empty where tests may depend on each other."""


@dataclass(frozen=True)
class FailureRow:
    """Share of answers with one kind of failure."""

    pair: str
    """Pair."""
    task: str
    """Task."""
    kind: str
    """Flag of the records."""
    base_percent: float | None
    """Percentage of the base's answers; empty: it does not record the flag."""
    tuned_percent: float | None
    """Percentage of the biomedical model's answers."""


@dataclass(frozen=True)
class PublishedRow:
    """A score beside the published score of the same model."""

    model: str
    """Model."""
    task: str
    """Task."""
    metric: str
    """Metric."""
    ours: float
    """Score in points."""
    ci95: Interval | None
    """95 % interval of `ours`; empty with a single cluster."""
    published: float
    """Published score in points."""


@dataclass(frozen=True)
class RowMarks:
    """Marks of a row."""

    marks: Marks
    """Marks of its pair or model, of any other row those of the report; empty if there is none."""


class NumericRow(NamedTuple):
    """A row of one of these tables."""

    row: object
    origin: RowMarks
