"""Sentences about all pairs together; `verdict` writes those about single comparisons."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.names import in_sentence
from analysis.number_format import decimals, interval, number, p_value
from analysis.paired_study.rows import ResultRow
from analysis.sentences.verdict import Verdict
from analysis.stats.paired import Interval, excludes_zero

Said = Mapping[str, Any]


def answer(level: str, said: Said) -> list[str]:
    """The answer to the title question in one level: for a population of pairs, and for these.

    Args:
        level: its name.
        said: `Pooled.document`.
    """
    lines = []
    if said["refused"] is None:
        lines.append(f"{_population(level, said)} {_spread(said)}")
    else:
        lines.append(
            f"No statement beyond these pairs on {in_sentence(level)}: {said['refused']}."
        )
    lines += [f"Warning: {warning}." for warning in said["warnings"]]
    return [*lines, _these(level, said)]


def tally(level: str, rows: Sequence[ResultRow], margin: float) -> str:
    """How many pairs changed, which ones, and how many are not settled.

    Changes are those that Holm's correction leaves, so that with 95 % confidence all of them are
    real; those within the margin are of their own family of tests.

    Args:
        level: its name.
        rows: of that level, one for each pair.
        margin: declared for levels, in points.
    """
    kinds: dict[str, tuple[Verdict, ...]] = {
        "lower than the base": ("decline",),
        "higher": ("gain",),
        f"within ±{margin:g}": ("equivalent", "detectable but small"),
    }
    parts, left = [], len(rows)
    for said, verdicts in kinds.items():
        names = [row.key.tuned for row in rows if row.judgement.verdict in verdicts]
        left -= len(names)
        parts.append(f"{said} {len(names)}" + (f" ({', '.join(names)})" if names else ""))
    return (
        f"Pair by pair on {in_sentence(level)}, {len(rows)} in all, corrected by Holm: "
        f"{', '.join(parts)}, not settled {left}."
    )


def _population(level: str, said: Said) -> str:
    places = decimals(said["se_cr2"])
    ends = Interval(*said["ci95"])
    details = (
        f"95 % CI {interval(ends, places)} points; p {p_value(said['p'])}; {said['k']} pairs in "
        f"{said['families']} families, {said['df']:.1f} degrees of freedom"
    )
    if excludes_zero(ends):
        return f"{_changed(level, said['mu'], places)} ({details})."
    return (
        f"On {in_sentence(level)} the data do not settle in which direction biomedical models "
        f"differ from their bases: mean difference {number(said['mu'], places)} points ({details})."
    )


def _spread(said: Said) -> str:
    places = decimals(said["se_cr2"])
    return (
        f"The difference of another pair is expected between "
        f"{interval(Interval(*said['pi95']), places).replace(' to ', ' and ')} points (95 %)."
    )


def _these(level: str, said: Said) -> str:
    made = said["fixed_set"]
    places, ends = decimals(made["se"]), made["ci95"]
    difference = f"{number(made['mu'], places)} points"
    mean = f"Mean of exactly these {said['k']} on {in_sentence(level)}: {difference}"
    if said["k"] == 1:
        mean = f"Only one pair has {in_sentence(level)}: {difference}"
    if made["p"] is None or math.isnan(made["p"]):
        return f"{mean}."
    return f"{mean} (95 % CI {interval(Interval(*ends), places)}; p {p_value(made['p'])})."


def _changed(level: str, mu: float, places: int) -> str:
    direction = "higher" if mu > 0 else "lower"
    size = number(abs(mu), places)
    return (
        f"On {in_sentence(level)} biomedical models score {size} points {direction} than their "
        "bases"
    )
