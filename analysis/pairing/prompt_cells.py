"""Cells of two files by item and prompt, for the statistics on prompts."""

from collections.abc import Sequence

import numpy as np

from analysis.errors import PairingError
from analysis.pairing.missing_samples import list_ids
from analysis.readers.per_sample import ModelResults
from analysis.stats.paired import Paired
from analysis.stats.prompt_cells import PromptCells
from clue.common.plural import counted

Cells = dict[tuple[str, str], list[float]]
"""Scores by sample and prompt."""
NEXT = (
    "Call a prompt by the same name in both files, and leave out answers to prompts that only one "
    "of the models was asked with"
)


def prompt_cells(base: ModelResults, tuned: ModelResults, paired: Paired) -> PromptCells | None:
    """Scores of the paired samples by prompt; rows of one sample and prompt are averaged.

    Args:
        base: results of the base model.
        tuned: results of the other model.
        paired: the samples that are compared, with their clusters.

    Returns:
        None if no field with the prompt was read.

    Raises:
        PairingError: the two files do not have the same prompts of the same samples.
    """
    if base.rows[0].prompt is None:
        return None
    cluster = dict(zip(paired.ids, paired.clusters, strict=True))
    sides = [_cells(results, set(cluster)) for results in (base, tuned)]
    _check_prompts(sides, (base, tuned))
    cells = sorted(sides[0])
    means = ([float(np.mean(sorted(side[cell]))) for cell in cells] for side in sides)
    items, prompts = zip(*cells, strict=True)
    return PromptCells.of(items, [cluster[item] for item in items], prompts, *means)


def _cells(results: ModelResults, items: set[str]) -> Cells:
    cells: Cells = {}
    for row, score in zip(results.rows, results.scores, strict=True):
        if row.sample_id in items and row.prompt is not None and score is not None:
            cells.setdefault((row.sample_id, row.prompt), []).append(score)
    return cells


def _check_prompts(sides: Sequence[Cells], results: Sequence[ModelResults]) -> None:
    """Checks that both files have the same cells."""
    names = [{prompt for _, prompt in cells} for cells in sides]
    for one, other in ((0, 1), (1, 0)):
        alone = names[one] - names[other]
        if alone:
            raise PairingError(
                f"{results[one].path} has {counted(len(alone), 'prompt')} that "
                f"{results[other].path} lacks{list_ids(sorted(alone))}. {NEXT}"
            )
    unequal = sorted({sample for sample, _ in sides[0].keys() ^ sides[1].keys()})
    if unequal:
        samples = counted(len(unequal), "sample was", "samples were")
        raise PairingError(
            f"{results[0].path} and {results[1].path}: {samples} asked with other prompts in one "
            f"than in the other{list_ids(unequal)}. {NEXT}"
        )
