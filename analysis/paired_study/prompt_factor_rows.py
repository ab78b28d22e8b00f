"""Prompts as a random factor, as rows of prompts.csv and prompt_differences.csv."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.paired_study.prompt_population import AskedPopulation
from analysis.paired_study.score_key import ScoreKey
from analysis.sentences.prompt_factor import PromptClaim
from analysis.stats.paired import Interval
from analysis.stats.prompt_cells import PromptDesign
from clue.marks import Marks


@dataclass(frozen=True)
class PromptFactor:
    """Difference of a pair over the prompts of a population, in points; exploratory."""

    marks: Marks
    """Marks of the cells of the pair."""
    design: PromptDesign
    """`crossed`: both models answered every item under every prompt; otherwise `spread`."""
    n_prompts: int
    """Prompts that both models answered, K."""
    n: int
    """Items."""
    n_clusters: int
    """Clusters of the items."""
    n_cells: int
    """Items times prompts that both models answered; answers to one of them are averaged."""
    delta: float
    """Biomedical minus base, mean over items of the mean over their prompts. It differs from that
    in cells.csv only where a model lacks answers of an item."""
    se_fixed: float | None = None
    """Standard error for exactly these prompts, CR2 over clusters."""
    df_fixed: float | None = None
    """Degrees of freedom of `se_fixed`."""
    ci95_fixed: Interval | None = None
    """95 % t interval for exactly these prompts."""
    p_fixed: float | None = None
    """Two-sided t-test for exactly these prompts, unadjusted."""
    se_random: float | None = None
    """Standard error for prompts like these: it includes the variance between prompts."""
    df_random: float | None = None
    """Degrees of freedom of `se_random`."""
    ci95_random: Interval | None = None
    """95 % t interval for prompts like these."""
    p_random: float | None = None
    """Two-sided t-test for prompts like these, unadjusted."""
    q_random: float | None = None
    """`p_random` adjusted by Benjamini and Hochberg over all rows of the prompt setting."""
    sd_prompts: float | None = None
    """Standard deviation of the true difference between prompts."""
    prediction95: Interval | None = None
    """95 % prediction interval of the true difference under another prompt like these. Too short
    in spread designs, where a prompt has few items (docs/statistics.md)."""
    gains: int = 0
    """Prompts under which the biomedical model scored higher."""
    share_better: float | None = None
    """Estimated share of prompts like these on which the biomedical model is better, 0 to 1."""
    share_better_ci95: Interval | None = None
    """95 % interval of `share_better`, by a parametric bootstrap."""
    range: float | None = None
    """Largest minus smallest difference of a prompt; it grows with their number, and errors of
    single prompts are in it."""
    wanted_error: float | None = None
    """Standard error that `prompts_needed` is for: half of the margin, or `prompt_error`."""
    prompts_needed: int | None = None
    """Prompts on the same items for which `se_random` is `wanted_error`; empty: no number of
    prompts reaches it."""
    best_delta: float | None = None
    """Difference if each model has its own best prompt, chosen on other clusters than it is scored
    on; crossed designs only."""
    best_se: float | None = None
    """Standard error of `best_delta`, CR2 over clusters; the choice counts as fixed."""
    best_ci95: Interval | None = None
    """95 % t interval of `best_delta`."""
    best_base: str | None = None
    """Prompts that were chosen for the base model, one for each half of the clusters."""
    best_tuned: str | None = None
    """Prompts that were chosen for the biomedical model."""
    one_prompt: str | None = None
    """Prompt setting with one prompt that the store has too: `paper`, or else the first one."""
    one_prompt_delta: float | None = None
    """Difference under it, as in cells.csv."""
    one_prompt_ci95: Interval | None = None
    """95 % interval of `one_prompt_delta`, for this prompt."""
    claim: PromptClaim = "not tested"
    """`decline`, `gain`: for prompts like these, if `q_random` is at most alpha and `ci95_random`
    excludes 0; `depends on the prompt`: so it is, and `prediction95` holds 0; else `not settled`,
    `not tested`."""
    sentence: str = ""
    """The result in words."""
    refused: str | None = None
    """Reason why nothing is tested."""


class PromptFactorRow(NamedTuple):
    """One line of prompts.csv."""

    key: ScoreKey
    factor: PromptFactor


@dataclass(frozen=True, order=True)
class SinglePromptKey(ScoreKey):
    """Identifies a task score of a pair under one prompt of a population."""

    number: int
    """Number of the prompt in the population, `wording` of the records."""


@dataclass(frozen=True)
class SinglePrompt:
    """Difference of a pair under one prompt, in points, with the facets of the prompt."""

    marks: Marks
    """Marks of the cells of the pair."""
    n: int
    """Items that both models answered under this prompt."""
    n_clusters: int
    """Clusters of these items."""
    delta: float
    """Biomedical minus base."""
    se: float | None
    """Standard error, CR2 over clusters."""
    df: float | None
    """Degrees of freedom of `se`."""
    ci95: Interval | None
    """95 % t interval, for exactly this prompt."""
    wording: str | None = None
    """Id of the wording, a file of conf/wording; this and all that follows is empty if the tables
    do not record it."""
    kind: str | None = None
    """Kind of the wording, such as `terse` or `clinician`."""
    origin: str | None = None
    """`author`, `clinician` or `generated`."""
    by: str | None = None
    """Person or model that wrote the wording."""
    paragraphs: str | None = None
    """Separator of the parts of the user turn."""
    labels: str | None = None
    """Form of labels such as `Question:`."""
    options: str | None = None
    """Form of the options; without an effect where a task has no options."""
    place: str | None = None
    """Turn of the instruction, `system` or `user`."""
    shot_draw: int | None = None
    """Number of the draw of worked examples."""
    shot_order: int | None = None
    """Number of their order."""


class SinglePromptRow(NamedTuple):
    """One line of prompt_differences.csv."""

    key: SinglePromptKey
    single: SinglePrompt


@dataclass(frozen=True)
class PromptFactorResults:
    """Prompts as a random factor under one prompt setting; empty if one prompt asks all items."""

    rows: Sequence[PromptFactorRow] = ()
    """By pair and score, sorted."""
    singles: Sequence[SinglePromptRow] = ()
    """By pair, score and prompt, sorted."""
    populations: Sequence[AskedPopulation] = field(default_factory=tuple)
    """Prompts of each score, sorted."""

    def of_score(self, key: ScoreKey) -> list[SinglePromptRow]:
        """Single prompts of a row, by difference."""
        members = [
            row
            for row in self.singles
            if (row.key.tuned, row.key.base, row.key.task) == (key.tuned, key.base, key.task)
        ]
        return sorted(members, key=lambda row: (row.single.delta, row.key.number))

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        return {
            "hypotheses": len(self.rows),
            "populations": [population.as_dict() for population in self.populations],
        }
