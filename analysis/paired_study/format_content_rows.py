"""Lines about format and content: the parts of a difference, of pairs and of their mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from analysis.paired_study.score_key import ScoreKey
from analysis.stats.paired import Interval
from analysis.stats.weighted_sums import Estimate
from clue.marks import Marks

TESTED = ("form", "content", "choice")
"""Quantities that have a test."""


@dataclass(frozen=True, order=True)
class SplitKey(ScoreKey):
    """Identifies a split difference."""

    scope: Literal["task", "level"]
    """`task`: score of a data set; `level`: weighted sum over its data sets."""


@dataclass(frozen=True)
class FormatContent:
    """Parts of a difference (tuned minus base), in points. They add up to it."""

    marks: Marks
    """Marks of the cells of the pair."""
    n: int
    """Items."""
    n_clusters: int
    """Clusters of these items."""
    delta: float | None = None
    """Difference of the task score or level."""
    readable_base: float | None = None
    """Percentage of the base's answers that can be read; tasks only."""
    readable_tuned: float | None = None
    """Percentage of the biomedical model's answers that can be read."""
    quality_base: float | None = None
    """Mean score of the base's readable answers."""
    quality_tuned: float | None = None
    """Mean score of the biomedical model's readable answers, which are other items."""
    form: float | None = None
    """Part from the share of readable answers, at the mean score of these."""
    se_form: float | None = None
    """Cluster-robust standard error of `form`."""
    df_form: float | None = None
    """Degrees of freedom of `se_form`."""
    ci95_form: Interval | None = None
    """95 % t interval of `form`."""
    p_form: float | None = None
    """Two-sided t-test, unadjusted."""
    q_form: float | None = None
    """`p_form` adjusted by Benjamini and Hochberg."""
    content: float | None = None
    """Part from the mean score of readable answers, at the mean share of these."""
    se_content: float | None = None
    """Cluster-robust standard error of `content`."""
    df_content: float | None = None
    """Degrees of freedom of `se_content`."""
    ci95_content: Interval | None = None
    """95 % t interval of `content`."""
    p_content: float | None = None
    """Two-sided t-test, unadjusted."""
    q_content: float | None = None
    """`p_content` adjusted by Benjamini and Hochberg."""
    rest: float | None = None
    """Part from the points that unreadable answers earn; 0 where they score 0."""
    se_rest: float | None = None
    """Cluster-robust standard error of `rest`."""
    ci95_rest: Interval | None = None
    """95 % t interval of `rest`."""
    choice_base: float | None = None
    """Base: score of the likeliest answer minus score of the generated one."""
    ci95_choice_base: Interval | None = None
    """95 % t interval of `choice_base`."""
    choice_tuned: float | None = None
    """Biomedical model: score of the likeliest answer minus score of the generated one."""
    ci95_choice_tuned: Interval | None = None
    """95 % t interval of `choice_tuned`."""
    choice: float | None = None
    """`choice_tuned` minus `choice_base`: the pair's difference by the likeliest answers minus that
    by generated ones."""
    se_choice: float | None = None
    """Cluster-robust standard error of `choice`."""
    df_choice: float | None = None
    """Degrees of freedom of `se_choice`."""
    ci95_choice: Interval | None = None
    """95 % t interval of `choice`."""
    p_choice: float | None = None
    """Two-sided t-test, unadjusted."""
    q_choice: float | None = None
    """`p_choice` adjusted by Benjamini and Hochberg."""
    hypotheses: int = 0
    """Number of tests of the prompt setting that are adjusted together."""
    refused: str | None = None
    """Reason why the difference is not split."""


class SplitRow(NamedTuple):
    """One line of format_content.csv."""

    key: SplitKey
    split: FormatContent


class PooledParts(NamedTuple):
    """Parts of the mean difference of exactly these pairs in a level, in points."""

    level: str
    pairs: int
    parts: Mapping[str, Estimate]
    """Each of `PARTS`."""


@dataclass(frozen=True)
class FormatContentResults:
    """Splits of all pairs under one prompt setting."""

    rows: Sequence[SplitRow]
    """Data sets and levels, sorted."""
    pooled: Sequence[PooledParts]
    """One for each level that some pair has, in the order of the study."""

    def as_dict(self) -> list[dict[str, Any]]:
        """The pooled parts, for summary.json."""
        return [
            {
                "level": one.level,
                "pairs": one.pairs,
                "parts": {
                    name: {"mu": part.delta, "se": part.se, "df": part.df}
                    for name, part in one.parts.items()
                },
            }
            for one in self.pooled
        ]
