"""Precision, recall and F1 of two collections.

The two F1 functions agree on sets except for rounding: for a third of all set sizes they differ in
the last bit. Stored scores fix which metric uses which.
"""

from collections.abc import Collection, Container
from collections.abc import Set as AbstractSet
from typing import TypeVar

Item = TypeVar("Item")


def share(items: Collection[Item], members: Container[Item]) -> float:
    """Returns the share of the items that are members, 0 to 1; 0 for no items.

    Precision is the answer's share in the reference, recall the reference's share in the answer.

    >>> share(["I10", "I10", "Z99"], {"I10"})
    0.6666666666666666
    """
    return sum(item in members for item in items) / len(items) if items else 0.0


def f1_of_lists(answer: Collection[Item], reference: Collection[Item]) -> float:
    """Returns the harmonic mean of precision and recall; repeated items count repeatedly.

    >>> f1_of_lists(["I10", "Z99", "Z99"], ["I10", "E11"])
    0.4
    """
    precision, recall = share(answer, reference), share(reference, answer)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1_of_sets(answer: AbstractSet[Item], reference: AbstractSet[Item]) -> float:
    """Returns twice the size of the intersection over the sum of both sizes; 0 if both are empty.

    >>> f1_of_sets({"C1", "C2"}, {"C2"})
    0.6666666666666666
    """
    total = len(answer) + len(reference)
    return 2 * len(answer & reference) / total if total else 0.0
