"""Which prompts share a batch."""

from collections.abc import Sequence


def plan(budgets: Sequence[tuple[int, int]], tokens: int, size: int) -> list[list[int]]:
    """Group prompts of similar length, the longest first.

    Args:
        budgets: prompt tokens and answer budget of each prompt, shape (n, 2).
        tokens: upper bound of a batch's padded prompts plus answer budgets; one prompt alone may
        exceed it.
        size: upper bound of a batch in prompts.

    Returns:
        Indices, batch by batch. A function of the arguments alone: batch composition can change the
        last bits of a result, and with it a greedy choice, so a resumed run must plan as the first
        one did.
    """
    batches: list[list[int]] = []
    width = 0
    for index in sorted(range(len(budgets)), key=lambda index: (-sum(budgets[index]), index)):
        if not batches or len(batches[-1]) >= size or width * (len(batches[-1]) + 1) > tokens:
            batches.append([])
            width = sum(budgets[index])
        batches[-1].append(index)
    return batches
