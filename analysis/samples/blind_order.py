"""Order of items and of sides for people who label answers without knowing whose they are.

Both follow from a digest of the pair and the item. Nobody chooses them, every copy of a page has
the same ones, and the first items of the order are a random sample of all.
"""

from clue.records import sha256

DIGITS = 16
"""Digits of an item's digest."""


def item_digest(tuned: str, base: str, *item: str) -> str:
    """Returns the digest that names an item in a file of labels.

    Args:
        tuned: biomedical model.
        base: model that it is compared with.
        item: task, digests of prompt and reference, and what else tells the item from others. No id
            is among them: a digest of an admission's number can be guessed.
    """
    return sha256([tuned, base, *item])[:DIGITS]


def tuned_is_first(digest: str) -> bool:
    """Tests if the tuned model's answer is the first of the two that a person sees.

    >>> tuned_is_first("00f1"), tuned_is_first("00f2")
    (True, False)
    """
    return int(digest[-1], 16) % 2 == 1
