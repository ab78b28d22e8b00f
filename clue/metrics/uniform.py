"""Answers that say little of a model: all blank, all the same, or mostly unfinished thoughts."""

LEAST = 10
"""Least number of answers from which on equal ones are no accident."""


def uniform(
    answers: int, blank_percent: float, distinct: int | None, thoughts: int = 0, broken: int = 0
) -> str | None:
    """Returns a clause on answers that are all blank or identical, or mostly unfinished thoughts.

    Args:
        answers: their number.
        blank_percent: percentage of blank ones.
        distinct: number of different ones; None = unknown.
        thoughts: number of thoughts without an answer where none was to be.
        broken: number of thoughts before an answer that the budget cut, or that never ended.

    Returns:
        The clause; None if the answers are usual ones.

    >>> uniform(20, 0.0, 1)
    'all 20 answers are identical: check its chat template and its stop tokens'
    >>> uniform(20, 5.0, 2) is None
    True
    """
    if 2 * thoughts > answers:
        return (
            f"{thoughts} of {answers} answers are thoughts that end before an answer: the model "
            "thinks without being asked to; let it think (thinking.mode=native), or give it a "
            "template without thoughts (model.chat_template=<file.jinja>) or a larger "
            "max_new_tokens"
        )
    if 2 * broken > answers:
        return (
            f"{broken} of {answers} thoughts were cut or never ended: the score measures the "
            "budget too; raise thinking.budget"
        )
    if blank_percent == 100:
        same = "blank"
    elif distinct == 1 and answers >= LEAST:
        same = "identical"
    else:
        return None
    return f"all {answers} answers are {same}: check its chat template and its stop tokens"
