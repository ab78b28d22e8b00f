"""Part of a cell that one shard answers: the same in every process, without communication.

Prompts that share what is read are one unit: the draws of a prompt, or all questions on the
documents of a patient. Units are dealt in order of their expected cost, forth and back, so that the
shards take about the same time.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from clue.cell import Cell
from clue.records import Prompt
from clue.store.shards import Shard

CHARACTERS_PER_TOKEN = 4
"""Rough: the same for all models, so that they have the same shards, without a tokenizer."""


def part(cell: Cell, shard: Shard) -> Cell:
    """Returns a cell with the prompts of one shard; fingerprint and store stay the same.

    Args:
        cell: the complete cell.
        shard: which of its parts.
    """
    indices = shard_indices(_units(cell), [cost(prompt) for prompt in cell.prompts], shard)
    return replace(
        cell,
        samples=tuple(cell.samples[index] for index in indices),
        prompts=tuple(cell.prompts[index] for index in indices),
        options=tuple(cell.options[index] for index in indices) if cell.options else (),
    )


def cost(prompt: Prompt) -> float:
    """Expected cost of a prompt in tokens: its text and the budgets of thought and answer."""
    characters = sum(len(message.content) for message in prompt.messages)
    return characters / CHARACTERS_PER_TOKEN + prompt.room


def shard_indices(units: Sequence[Hashable], costs: Sequence[float], shard: Shard) -> list[int]:
    """Returns the indices of a shard's prompts, in their order.

    Args:
        units: of each prompt, shape (n,); prompts of one unit stay together.
        costs: of each prompt, shape (n,).
        shard: which of the parts.

    >>> [shard_indices("abcd", [4, 3, 2, 1], Shard(number, 2)) for number in (1, 2)]
    [[0, 3], [1, 2]]
    """
    totals: dict[Hashable, float] = defaultdict(float)
    for unit, tokens in zip(units, costs, strict=True):
        totals[unit] += tokens
    ranked = sorted(totals, key=lambda unit: -totals[unit])  # stable: ties in order of the prompts
    period = 2 * shard.count
    turns = (shard.number - 1, period - shard.number)
    own = {unit for rank, unit in enumerate(ranked) if rank % period in turns}
    return [index for index, unit in enumerate(units) if unit in own]


def _units(cell: Cell) -> list[Hashable]:
    if cell.task.conf.order == "per_patient":
        return [sample.cluster for sample in cell.samples]
    return [prompt.sha256 for prompt in cell.prompts]
