"""The mean of several pairs over prompts that they share covers the truth, and not without them."""

import numpy as np
import pytest

from analysis.paired_study.joint_covariance import DatasetSeries, joint_covariance
from analysis.paired_study.pooled import LevelDifferences
from analysis.paired_study.prompt_error import prompt_error
from analysis.stats.clusters import robust
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.weighted_sums import Estimate

ITEMS, NOISE, SETS = 240, 4.0, 400
NAMES = [f"i{number:03}" for number in range(ITEMS)]


def pairs_of_models(number: int, prompts: int, rng: np.random.Generator) -> list[PromptCells]:
    """Spread prompts with an SD of 1 between them, half of whose variance all pairs share."""
    shared, dealt = rng.normal(size=prompts), np.arange(ITEMS) % prompts
    cells = []
    for _ in range(number):
        by_prompt = (shared + rng.normal(size=prompts)) / 2**0.5
        differences = by_prompt[dealt] + NOISE * rng.normal(size=ITEMS)
        names = [f"p{prompt:02}" for prompt in dealt]
        cells.append(PromptCells.of(NAMES, NAMES, names, np.zeros(ITEMS), differences))
    return cells


def level_of(cells: list[PromptCells]) -> LevelDifferences:
    """All pairs on one data set."""
    units = [DatasetSeries(str(n), "d", "d", one.paired, one) for n, one in enumerate(cells)]
    names = tuple(unit.pair for unit in units)
    fixed = tuple(Estimate.of(robust(unit.sums)) for unit in units)
    joint = joint_covariance(units)
    return LevelDifferences(names, names, names, fixed, joint, prompt_error(units))


@pytest.mark.calibration
@pytest.mark.parametrize(
    ("number", "prompts", "least", "most_fixed"), [(6, 24, 0.93, 0.85), (6, 5, 0.90, 0.6)]
)
def test_the_mean_of_pairs_covers(
    number: int, prompts: int, least: float, most_fixed: float
) -> None:
    rng = np.random.default_rng([number, prompts])
    covered = np.zeros(2)
    for _ in range(SETS):
        level = level_of(pairs_of_models(number, prompts, rng))
        fixed = LevelDifferences(
            level.pairs, level.families, level.recipes, level.fixed, level.fixed_covariance
        )
        limits = [one.mean().interval() for one in (level, fixed)]
        covered += [low <= 0 <= high for low, high in limits]
    over_prompts, for_these = covered / SETS
    print(f"covers {over_prompts:.3f}, with fixed prompts {for_these:.3f}")
    assert least <= over_prompts <= 0.98
    assert for_these <= most_fixed
