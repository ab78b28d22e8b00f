"""Difference of two models where each has its own best prompt, chosen and scored on other clusters.

The score of a prompt on the items that chose it is too high, more so for the model whose prompts
differ more. Therefore clusters are divided into two folds: each model's prompt is chosen on one
fold and scored on the other, and the other way round (cross-fitting).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.stats.clusters import robust
from analysis.stats.paired import Array, Paired
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.weighted_sums import Estimate
from clue.records import sha256


@dataclass(frozen=True)
class BestPrompts:
    """Difference of two models, each with the prompt that was best for it on other clusters."""

    estimate: Estimate
    """Tuned minus base, with the CR2 error of the held-out differences. The choice of the prompts
    is taken as fixed in it."""
    mean_base: float
    """Held-out mean of the base model."""
    mean_tuned: float
    """Held-out mean of the tuned model."""
    base: tuple[str, str]
    """Prompt of the base model for the items of the first and of the second fold."""
    tuned: tuple[str, str]
    """The same of the tuned model."""


def best_prompts(cells: PromptCells) -> BestPrompts | None:
    """Compares two models, each with its own best prompt, by cross-fitting over two folds.

    Clusters are sorted by the SHA-256 of their names and dealt to the folds in turn, so that the
    folds depend on the names alone. Of equally good prompts the first by name is chosen.

    Args:
        cells: scores by item and prompt.

    Returns:
        None unless every item has every prompt, and there are two prompts and two clusters.

    >>> cells = PromptCells.of(
    ...     [*"aabb"], [*"xxyy"], [*"1212"], [0.0, 0.5, 0.0, 0.5], [1.0, 0.0, 1.0, 0.5]
    ... )
    >>> best = best_prompts(cells)
    >>> best.base, best.tuned, best.mean_base, best.mean_tuned, best.estimate.delta
    (('2', '2'), ('1', '1'), 0.5, 1.0, 0.5)
    """
    if cells.design != "crossed" or cells.n_prompts < 2 or len(cells.cluster_names) < 2:
        return None
    shape = (-1, cells.n_prompts)
    base, tuned = cells.base.reshape(shape), cells.tuned.reshape(shape)
    clusters = cells.clusters[:: cells.n_prompts]
    fold = _folds(cells)[cells.cluster_codes[:: cells.n_prompts]]
    base_choice, tuned_choice = _choices(base, fold), _choices(tuned, fold)
    rows = np.arange(len(fold))
    held_out = Paired.of(
        cells.items[:: cells.n_prompts],
        clusters,
        base[rows, base_choice[fold]],
        tuned[rows, tuned_choice[fold]],
    )
    names = cells.prompt_names
    return BestPrompts(
        Estimate.of(robust(held_out.sums)),
        float(held_out.base.mean()),
        float(held_out.tuned.mean()),
        (names[base_choice[0]], names[base_choice[1]]),
        (names[tuned_choice[0]], names[tuned_choice[1]]),
    )


def _folds(cells: PromptCells) -> NDArray[np.intp]:
    """Fold of each cluster, 0 or 1, shape (G,)."""
    names = cells.cluster_names
    order = sorted(range(len(names)), key=lambda index: sha256(names[index]))
    folds = np.zeros(len(names), dtype=np.intp)
    folds[order[1::2]] = 1
    return folds


def _choices(scores: Array, fold: NDArray[np.intp]) -> NDArray[np.intp]:
    """Prompt for the items of each fold: the best one on the items of the other, shape (2,)."""
    means = [scores[fold == other].mean(axis=0) for other in (1, 0)]
    return np.array([_first_best(mean) for mean in means], dtype=np.intp)


def _first_best(means: Array) -> int:
    """Index of the highest mean; means that differ by rounding only are equal."""
    return int(np.flatnonzero(np.isclose(means, means.max(), rtol=1e-12, atol=0.0))[0])
