"""Mean difference over prompts: for exactly these prompts, and for prompts like these.

The prompts are a random factor like the readers of a reader study, and clusters are its cases. The
second line describes what other prompts of the same origin would give, for other clusters.
"""

from dataclasses import dataclass
from typing import NamedTuple

from analysis.stats.clusters import Robust, robust
from analysis.stats.paired import Interval
from analysis.stats.prompt_cells import PromptCells, PromptDesign
from analysis.stats.prompt_components import PromptComponents
from analysis.stats.prompt_variance import PromptVariance, error_over_prompts, prompt_variance
from analysis.stats.weighted_sums import Estimate
from clue import student_t


class PromptDifference(NamedTuple):
    """Mean difference under one prompt, with its cluster-robust error."""

    prompt: str
    robust: Robust


@dataclass(frozen=True)
class PromptAnalysis:
    """Mean difference of two models over several prompts, tuned minus base."""

    design: PromptDesign
    by_prompt: tuple[PromptDifference, ...]
    """Sorted by difference, then by name, shape (K,)."""
    fixed: Estimate
    """For these prompts: CR2 of the item means; nan errors with one cluster."""
    random: Estimate | None
    """For prompts like these; None with one prompt or one cluster."""
    components: PromptComponents | None
    """None with one prompt or one cluster, and if each prompt is in one cluster alone: then a
    prompt's deviation cannot be told from its cluster's."""
    prediction: Interval | None
    """95 % prediction interval of the true difference under another prompt; None as `components`.
    Too short in a spread design, where a prompt has few items: it covers 83 to 92 %."""

    @property
    def n_prompts(self) -> int:
        """Number of prompts, K."""
        return len(self.by_prompt)

    @property
    def gains(self) -> int:
        """Number of prompts under which the tuned model's mean is higher."""
        return sum(one.robust.delta > 0 for one in self.by_prompt)


def random_prompts(cells: PromptCells, level: float = 0.95) -> PromptAnalysis:
    """Analyses prompts as a random factor beside clusters.

    Args:
        cells: scores by item and prompt.
        level: confidence level of the prediction interval.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
    >>> found = random_prompts(cells)
    >>> found.design, found.gains, round(found.fixed.se, 3), round(found.random.se, 3)
    ('crossed', 2, 1.0, 1.414)
    """
    by_prompt = prompt_differences(cells)
    fixed = Estimate.of(robust(cells.paired.sums))
    if cells.n_prompts < 2 or len(cells.cluster_names) < 2:
        return PromptAnalysis(cells.design, by_prompt, fixed, None, None, None)
    variance = prompt_variance(cells)
    random = Estimate(fixed.delta, *error_over_prompts(variance))
    if int(cells.block_codes.max()) + 1 == cells.n_prompts:
        return PromptAnalysis(cells.design, by_prompt, fixed, random, None, None)
    components = PromptComponents.of(variance)
    prediction = _prediction(random, components, variance, level)
    return PromptAnalysis(cells.design, by_prompt, fixed, random, components, prediction)


def prompt_differences(cells: PromptCells) -> tuple[PromptDifference, ...]:
    """Mean difference under each prompt with its CR2 error, sorted by difference, then by name.

    >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [2, 0, 4, 2])
    >>> [(one.prompt, one.robust.delta, one.robust.n) for one in prompt_differences(cells)]
    [('2', 1.0, 2), ('1', 3.0, 2)]
    """
    differences = [
        PromptDifference(name, robust(cells.of_prompt(name).sums)) for name in cells.prompt_names
    ]
    return tuple(sorted(differences, key=lambda one: (one.robust.delta, one.prompt)))


def _prediction(
    random: Estimate, components: PromptComponents, variance: PromptVariance, level: float
) -> Interval:
    """Interval of another prompt's true difference; its t has K - 1 degrees of freedom at most."""
    df = min(random.df, variance.n_prompts - 1)
    reach = student_t.quantile((1 + level) / 2, df) * (random.se**2 + components.between) ** 0.5
    return Interval(random.delta - reach, random.delta + reach)
