"""Batch plan: groups prompts into batches within bounds of tokens and size."""

from collections.abc import Sequence


def plan(
    budgets: Sequence[tuple[int, int]], tokens: int, size: int, order: Sequence[int] | None = None
) -> list[list[int]]:
    """Group neighbours of an order into batches.

    Args:
        budgets: prompt tokens and answer budget of each prompt, shape (n, 2).
        tokens: upper bound of a batch's padded prompts plus answer budgets; a batch of one prompt
            may exceed it.
        size: upper bound of a batch in prompts.
        order: the indices in the order in which they are grouped; none = longest first.

    Returns:
        Indices, batch by batch. They depend on the arguments only: batch composition can change
        the last bits of a result, and thereby a greedy choice, so a resumed run must plan the
        same batches as the first run.
    """
    batches: list[list[int]] = []
    width = 0
    for index in longest_first(budgets) if order is None else order:
        width = max(width, sum(budgets[index]))
        if not batches or len(batches[-1]) >= size or width * (len(batches[-1]) + 1) > tokens:
            batches.append([])
            width = sum(budgets[index])
        batches[-1].append(index)
    return batches


def longest_first(budgets: Sequence[tuple[int, int]]) -> list[int]:
    """Indices by decreasing length with budget; ties keep their order."""
    return sorted(range(len(budgets)), key=lambda index: (-sum(budgets[index]), index))
