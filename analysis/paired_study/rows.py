"""A row of the results: its key, the data behind it, the comparison and the judgement."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from analysis.sentences.verdict import Verdict, is_fragile
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval

Scope = Literal["metric", "task", "level"]
HypothesisFamily = Literal["F1", "F2", "F3", "F4"]
Status = Literal["complete", "incomplete", "refused"]


@dataclass(frozen=True, order=True)
class ComparisonKey:
    """Identifies a comparison; rows are sorted by it."""

    prompt: str
    """Prompt setting of both cells."""
    tuned: str
    """Biomedical model."""
    base: str
    """Model that it is compared with."""
    family: str
    """Family of base models that the pair belongs to."""
    scope: Scope
    """`metric`: one metric of one task; `task`: a task score, or the mean of LongHealth's tasks;
    `level`: Level 1, Level 2, overall; where items are asked with a population of prompts, for
    prompts like these, all other rows for exactly these."""
    task: str
    """Task, data set or level."""
    metric: str
    """Metric; `score` for task scores and levels."""
    analysis: str
    """`primary`, or the sensitivity analysis."""

    @property
    def pair(self) -> str:
        """Name of the pair."""
        return f"{self.tuned} - {self.base}"


@dataclass(frozen=True)
class DataCoverage:
    """The samples that a comparison is based on."""

    marks: tuple[str, ...]
    """Marks of the cells, such as `fake answers; fictional data; partial: limit 5`; empty if there
    is none."""
    status: Status
    """`incomplete`: samples are missing in one cell, see the bounds; `refused`: too many are."""
    only_base: int
    """Samples that the tuned model lacks."""
    only_tuned: int
    """Samples that the base model lacks."""
    bounds: Interval | None
    """Of the difference, if missing samples had scored worst or best; empty if none is missing."""
    undefined: int
    """Samples left out because their reference leaves the metric undefined for every model."""
    shared: int
    """Samples whose content also occurs under another id; both are in one cluster."""
    leave_one_out: Interval | None
    """Smallest and largest difference when one cluster is left out."""


@dataclass(frozen=True)
class Judgement:
    """Corrected p-values and the verdict of a comparison within its family of hypotheses."""

    tests: HypothesisFamily
    """Family of hypotheses: F1 pairs overall, F2 pairs by level, F3 pairs by task, F4 all else."""
    hypotheses: int
    """Size of the family."""
    confirmatory: bool
    """In F1 to F3 under the declared prompt setting; all else is exploratory."""
    p: float | None
    """Of the primary test: sign flip or mid-p McNemar; for levels the t-test."""
    p_adjusted: float | None
    """By Holm in F1 to F3, by Benjamini and Hochberg (q) in F4."""
    p_equivalence: float | None
    """`tost_p`, adjusted in the same way among the equivalence tests of the family."""
    p_noninferiority: float | None
    """`noninferior_p`, adjusted in the same way among the tests of non-inferiority."""
    ci_claim: Interval | None
    """Interval that a claim of equivalence or non-inferiority rests on: inside the margin (above
    minus the margin) exactly if its adjusted p is at most alpha; empty: no such claim."""
    claim_level: float | None
    """Confidence level of `ci_claim`, 0 to 1."""
    mde80_adjusted: float | None
    """Minimum difference that the corrected test could detect with 80 % power: at alpha divided by
    the size of the family (F1 to F3)."""
    ci_simultaneous: Interval | None
    """Of F1: holds for all pairs at once (Bonferroni)."""
    verdict: Verdict
    """`decline`, `gain`, `detectable but small`, `equivalent`, `non-inferior only`, `inconclusive`,
    `untestable`."""
    sentence: str
    """The verdict in words."""


class ResultRow(NamedTuple):
    """One line of cells.csv."""

    key: ComparisonKey
    data: DataCoverage
    comparison: Comparison
    judgement: Judgement

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of its cells together."""
        return self.data.marks

    @property
    def is_fragile(self) -> bool:
        """True if the missing samples could undo its claim."""
        return is_fragile(self.judgement.verdict, self.data.bounds, self.comparison.margin)

    @property
    def detectable(self) -> float | None:
        """Difference that is found with 80 % power: in F1 to F3 by the corrected test."""
        corrected = self.judgement.mde80_adjusted
        return self.comparison.mde80 if corrected is None else corrected
