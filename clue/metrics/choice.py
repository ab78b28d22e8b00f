"""Accuracy of the likeliest option, beside that of the generated answer.

The likeliest option has the highest log-probability after the prompt. Options with equal values
share the point: in half precision, logits of letters are often equal.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from clue.metrics.scorer import Scores, Scoring
from clue.records import Record, TokenLogProbs

VERSION = "0.1.0"
"""Version of these rules, part of the signature; a new version scores every cell again."""
NAME = "accuracy_choice"
"""The metric."""
TIED = "choice_tied"
"""Flag of a record: several options have the highest log-probability."""
MASS = "choice_mass"
"""Measure of a record: the probability that the answer begins with one of the options."""


def signature(name: str, scoring: Scoring) -> str:
    """Returns the version of the rule."""
    return f"{name}|clue {VERSION}|likeliest option after the prompt, float32, ties split"


def score(
    names: Sequence[str],
    answers: Sequence[str | None],
    references: Sequence[str],
    scoring: Scoring,
) -> Scores:
    """Returns 1.0 for the reference alone, 1/k for the reference among k options, else 0.0.

    Args:
        names: `accuracy_choice`.
        answers: the likeliest options of each sample, as `written`.
        references: names of the right options.
        scoring: not used.

    >>> score([NAME], [written(["A"]), written(["A", "C"])], ["B", "C"], Scoring(..., ...))
    {'accuracy_choice': [0.0, 0.5]}
    """
    values = [
        _share(json.loads(answer or "[]"), reference)
        for answer, reference in zip(answers, references, strict=True)
    ]
    return dict.fromkeys(names, values)


def written(names: Sequence[str]) -> str:
    """Returns names of options as one text."""
    return json.dumps(list(names))


def likeliest(options: Mapping[str, TokenLogProbs]) -> list[str]:
    """Returns the options with the highest log-probability, in their order.

    >>> likeliest({"A": TokenLogProbs((1,), (-2.0,)), "B": TokenLogProbs((2, 3), (-0.5, -0.5))})
    ['B']
    """
    highest = max(scored.total for scored in options.values())
    return [name for name, scored in options.items() if scored.total == highest]


def mass(options: Mapping[str, TokenLogProbs]) -> float:
    """Returns the probability that the answer begins with one of the options, 0 to 1.

    Options that a tokenizer splits alike, or into a beginning of another one, count once.

    >>> mass({"A": TokenLogProbs((1,), (math.log(0.5),)), "B": TokenLogProbs((2,), (-99.0,))})
    0.5
    """
    by_ids = {scored.ids: scored.total for scored in options.values()}
    shortest = [
        total
        for ids, total in by_ids.items()
        if not any(ids[:length] in by_ids for length in range(len(ids)))
    ]
    return min(1.0, math.fsum(math.exp(total) for total in shortest))


def described(record: Record, options: Mapping[str, TokenLogProbs]) -> Record:
    """Returns a record with the flag and the measure of its options."""
    flags = {**record.flags, TIED: len(likeliest(options)) > 1}
    return replace(record, flags=flags, measures={**record.measures, MASS: mass(options)})


def summary_line(means: Mapping[str, float]) -> str:
    """Returns the means of a cell in words.

    Args:
        means: of `clue.metrics.summary`.

    >>> summary_line({"accuracy_choice": 40.0, "choice_mass_mean": 0.875, "choice_tied_percent": 5})
    'accuracy 40.00, ties in 5.0 % of the samples, probability of all options 0.875'
    """
    return (
        f"accuracy {means[NAME]:.2f}, ties in {means[f'{TIED}_percent']:.1f} % of the samples, "
        f"probability of all options {means[f'{MASS}_mean']:.3f}"
    )


def without(record: Record) -> Record:
    """Returns a record without all that its options added: the generated answer alone."""
    return replace(
        record,
        scores={name: value for name, value in record.scores.items() if name != NAME},
        flags={name: value for name, value in record.flags.items() if name != TIED},
        measures={name: value for name, value in record.measures.items() if name != MASS},
    )


def _share(names: Sequence[str], reference: str) -> float:
    return 1 / len(names) if reference in names else 0.0
