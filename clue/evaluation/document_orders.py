"""Both orders of the documents of a cell beside each other, for a dry run.

With `per_patient` all questions about a patient share their documents, which a cache of prefixes
then reads once. It is another cell with other prompts, so a user decides before the first answer.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from clue.cell import Cell
from clue.common.prefix_tree import distinct_prefixes
from clue.config.schema import DOCUMENT_ORDERS
from clue.records import Prompt
from clue.task.task import Task


class OrderCost(NamedTuple):
    """Cost of a cell with one order of its documents."""

    order: str
    """A value of `clue.config.schema.DOCUMENT_ORDERS`."""
    prompt_tokens: int
    """Sum over all prompts, as `clue.evaluation.preflight.CellSize` counts them."""
    read_tokens: int
    """Those of them that a cache reads which keeps every prefix."""
    hours: float | None
    """Of all answers, also of those that are stored; None = unknown."""
    notes: Sequence[str]
    """Notes on its prompts that the cell itself does not have."""


class _Characters(NamedTuple):
    sent: int
    read: int
    notes: Sequence[str]


_CHARACTERS: dict[tuple[str, bool], _Characters] = {}
"""By `Task.data_key`: they are the same for all models of a sweep."""


def order_costs(
    cell: Cell, prompt_tokens: int, *, answer_tokens: float, hours: float | None, once: bool
) -> list[OrderCost]:
    """Returns the chosen order and the other one; empty if the task presents no documents.

    Tokens follow from characters by the ratio of the chosen order. Hours of the other order are
    those of the chosen one by the ratio of all tokens that are read or answered: the speed of a
    device is measured on what was sent, and this assumes that its backend read shared prefixes
    once then and will again.

    Args:
        cell: with the chosen order.
        prompt_tokens: of all its prompts.
        answer_tokens: of all its answers.
        hours: of the cell if nothing of it is stored; None = unknown.
        once: the draws of a prompt count once.
    """
    chosen = cell.task.conf.order
    if chosen is None:
        return []
    orders = sorted(DOCUMENT_ORDERS, key=lambda order: order != chosen)
    sizes = [_characters(cell, order, once=once) for order in orders]
    per_character = prompt_tokens / sizes[0].sent
    work = [per_character * size.read + answer_tokens for size in sizes]
    return [
        OrderCost(
            order,
            round(per_character * size.sent),
            round(per_character * size.read),
            None if hours is None else hours * work[index] / work[0],
            size.notes,
        )
        for index, (order, size) in enumerate(zip(orders, sizes, strict=True))
    ]


def _characters(cell: Cell, order: str, *, once: bool) -> _Characters:
    task: Task = replace(cell.task, conf=replace(cell.task.conf, order=order))
    key = task.data_key, once
    if key not in _CHARACTERS:
        if order == cell.task.conf.order:
            prompts, notes = cell.prompts, []
        else:
            split = task.split(quiet=True)
            prompts = task.prompts(split)
            notes = [note for note in split.notes if note not in cell.notes]
        _CHARACTERS[key] = _measured(prompts, notes, once=once)
    return _CHARACTERS[key]


def _measured(prompts: Sequence[Prompt], notes: Sequence[str], *, once: bool) -> _Characters:
    texts = [
        "".join(message.content for message in prompt.messages)
        for prompt in prompts
        if not (once and prompt.draw)
    ]
    return _Characters(sum(map(len, texts)), distinct_prefixes(texts), notes)
