"""Options of a sample of a closed task, as the beginnings of an answer that are scored."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from clue.records import Sample
from clue.task.task import Task

VERSION = 1
"""Version of these rules, part of the identity of every stored log-probability."""


def is_closed(task: Task) -> bool:
    """True if every reference of a task is one of its options, and an answer equals one or none.

    Tasks whose answers have parts have options for baselines only.
    """
    return hasattr(task.module, "choices") and "accuracy" in task.conf.metrics


def options(module: object, sample: Sample) -> dict[str, str]:
    """Returns reference to the beginning of the answer that expresses it.

    The answer is the one that the prompt requests, and it is scored up to the name of the option:
    a letter or a label. What follows, the text of an option, would favour short options.

    Args:
        module: of the task, with `choices`.
        sample: the question.
    """
    return beginnings(module.choices(sample))  # type: ignore[attr-defined]


def beginnings(choices: Mapping[str, str]) -> dict[str, str]:
    """Returns reference to its answer up to the end of the reference's name.

    Answers with different beginnings, or without the name, stay complete.

    >>> beginnings({"A": "The answer is A: one day", "B": "The answer is B: a week"})
    {'A': 'The answer is A', 'B': 'The answer is B'}
    >>> beginnings({"yes": "yes", "no": "no"})
    {'yes': 'yes', 'no': 'no'}
    """
    first = next(iter(choices.items()), ("", ""))
    lead = first[1].partition(first[0])[0]
    shortened = {name: lead + name for name in choices}
    if all(answer.startswith(shortened[name]) for name, answer in choices.items()):
        return shortened
    return dict(choices)


def problem(all_options: Iterable[Mapping[str, str]]) -> str | None:
    """Returns the reason why options cannot be compared by their likelihood; None if they can.

    >>> problem([{"no": "no", "normal": "normal"}])
    'the option normal begins with the option no, and a beginning is always the likelier text'
    >>> problem([{"yes": "yes", "no": "no"}]) is None
    True
    """
    distinct = {tuple(sorted(texts.items(), key=lambda item: item[1])) for texts in all_options}
    for texts in sorted(distinct):
        if len(texts) < 2:
            return "a question has fewer than two options"
        for (name, text), (longer_name, longer) in pairwise(texts):
            if longer.startswith(text):
                return (
                    f"the option {longer_name} begins with the option {name}, and a beginning is "
                    "always the likelier text"
                )
    return None
