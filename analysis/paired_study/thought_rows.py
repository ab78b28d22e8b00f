"""Thoughts before the answers of a pair, as rows of thoughts.csv."""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.paired_study.score_key import ScoreKey
from analysis.stats.paired import Interval
from clue.marks import Marks


@dataclass(frozen=True)
class PairThoughts:
    """Thoughts of both models on a task, and what the unfinished ones do to the difference.

    Percentages are of all answers of the model's cell. They are empty if it answers at once.
    """

    marks: Marks
    """Marks of the cells of the pair."""
    difference: str
    """Empty if both models think in the same way; else the mark that says so. The difference of
    the scores is then that of training and of thinking together."""
    mode_base: str
    """Mode of the base model: `cot`, `native`, or `none` if it answers at once."""
    mode_tuned: str
    """Mode of the biomedical model."""
    budget_base: int | None
    """Most tokens of a thought of the base model."""
    budget_tuned: int | None
    """Most tokens of a thought of the biomedical model."""
    requests_base: str | None
    """`two phases`: thought and answer of the base model were two requests, each with its budget;
    `one request`: a server got both budgets together."""
    requests_tuned: str | None
    """The same of the biomedical model."""
    tokens_base: float | None
    """Mean tokens of a thought of the base model; an answer without a thought counts 0."""
    tokens_tuned: float | None
    """The same of the biomedical model."""
    cut_base: float | None
    """Percentage of answers of the base model behind a thought that was closed in its place."""
    cut_tuned: float | None
    """The same of the biomedical model."""
    unfinished_base: float | None
    """Percentage of answers of the base model that are blank because its thought never ended."""
    unfinished_tuned: float | None
    """The same of the biomedical model."""
    absent_base: float | None
    """Percentage of answers of the base model that do not begin with a thought."""
    absent_tuned: float | None
    """The same of the biomedical model."""
    n: int
    """Items of the comparison."""
    delta: float
    """Difference of the task score on all items, in points."""
    n_finished: int | None = None
    """Items left without answers behind a cut or unfinished thought of either model; empty, like
    the next two columns: no thought was cut or unfinished, none is left, or the sensitivity
    analyses are off."""
    delta_finished: float | None = None
    """Difference on these items."""
    ci95_finished: Interval | None = None
    """Its 95 % interval."""


class ThoughtRow(NamedTuple):
    """One line of thoughts.csv."""

    key: ScoreKey
    thoughts: PairThoughts
