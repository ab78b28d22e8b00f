"""Answers that say nothing of a model: all blank, or all the same."""

LEAST = 10
"""Least number of answers from which on equal ones are no accident."""


def uniform(answers: int, blank_percent: float, distinct: int | None) -> str | None:
    """Returns a clause on answers that are all blank or all identical; None if they are neither.

    Args:
        answers: their number.
        blank_percent: percentage of blank ones.
        distinct: number of different ones; None = unknown.

    >>> uniform(20, 0.0, 1)
    'all 20 answers are identical: check its chat template and its stop tokens'
    >>> uniform(20, 5.0, 2) is None
    True
    """
    if blank_percent == 100:
        same = "blank"
    elif distinct == 1 and answers >= LEAST:
        same = "identical"
    else:
        return None
    return f"all {answers} answers are {same}: check its chat template and its stop tokens"
