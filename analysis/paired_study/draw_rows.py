"""Sampled answers of a pair, as rows of draws.csv."""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.paired_study.score_key import ScoreKey
from clue.marks import Marks


@dataclass(frozen=True)
class SampledScore:
    """A difference whose answers were drawn several times: what sampling adds to its error.

    Votes and pass rates describe each model. They are never tested.
    """

    marks: Marks
    """Marks of the cells of the pair."""
    draws: int
    """Draws of a prompt that both models have; these count."""
    draws_base: int
    """Draws of a prompt in the base model's cell."""
    draws_tuned: int
    """Draws of a prompt in the biomedical model's cell."""
    decoding_base: str
    """Decoding of the base model: `greedy`, or temperature, filters, seed and scheme."""
    decoding_tuned: str
    """Decoding of the biomedical model."""
    coupled: bool
    """Both models drew their tokens with the same random numbers."""
    n: int
    """Items."""
    sd_draws: float | None = None
    """Standard deviation of the difference between draws of a prompt, in points: of paired draws if
    coupled, else from the sum of both models' variances."""
    share: float | None = None
    """Share of the squared standard error that is sampling, 0 to 1."""
    se: float | None = None
    """`se_cr2` of the difference, in points."""
    se_one_draw: float | None = None
    """Expected standard error with one draw."""
    se_many_draws: float | None = None
    """Expected standard error that no number of draws falls below."""
    draws_enough: int | None = None
    """Smallest number of draws beyond which any more change the interval by less than 5 %; empty:
    every draw narrows it, or there are no shares."""
    mean_base: float | None = None
    """Mean score of the base model over items and draws, in points."""
    mean_tuned: float | None = None
    """Mean score of the biomedical model."""
    vote_base: float | None = None
    """Score of the base model's most frequent answer to each prompt; this and all that follows is
    of right-or-wrong scores only."""
    vote_tuned: float | None = None
    """Score of the biomedical model's most frequent answer."""
    pass_at_base: float | None = None
    """Percentage of prompts to which a draw of the base model is right, pass@n with n = `draws`."""
    pass_at_tuned: float | None = None
    """The same of the biomedical model."""
    pass_all_base: float | None = None
    """Percentage of prompts to which all draws of the base model are right, pass^n."""
    pass_all_tuned: float | None = None
    """The same of the biomedical model."""
    refused: str | None = None
    """Reason why there is no share."""


class DrawRow(NamedTuple):
    """One line of draws.csv."""

    key: ScoreKey
    score: SampledScore
