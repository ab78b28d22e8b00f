"""Sentences about all pairs together; `verdict` writes the sentences about single comparisons."""

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple

from analysis.meta import MetaAnalysis, RandomEffects
from analysis.names import in_sentence
from analysis.number_format import POINTS, amount, df, p_value, points, points_interval, significant
from analysis.sentences.verdict import WITHIN_MARGIN, Verdict
from analysis.stats.paired import excludes_zero
from analysis.stats.weighted_sums import Estimate
from clue.common.plural import counted
from clue.task.levels import OVERALL

ONE_PAIR = "There is only one pair, so no statement is made beyond it."


class InfluentialPair(NamedTuple):
    """The pair without which the mean of the pairs changes most."""

    tuned: str
    """Its biomedical model."""
    mean: Estimate
    """Mean of the other pairs."""


def answer(level: str, meta: MetaAnalysis, influential: InfluentialPair | None = None) -> list[str]:
    """Answers the title question in one level: for a population of pairs, and for these pairs.

    Args:
        level: name of the level.
        meta: meta-analysis of the differences of all pairs in families, in points.
        influential: the pair that changes the mean of these pairs most; None with few pairs.
    """
    population = meta.headline
    if population.refused is None:
        lines = [f"{_population(level, population)} {_prediction(population)}"]
    else:
        lines = [f"No statement beyond these pairs on {in_sentence(level)}: {population.refused}."]
    lines += [f"Warning: {warning}." for warning in population.warnings]
    explained = _explained(meta) if level == OVERALL else []
    these = _these_pairs(level, meta) + (_without(influential) if influential else "")
    return [*lines, *_recipes(meta), these, *explained]


def tally(level: str, verdicts: Sequence[tuple[str, Verdict]], margin: float) -> str:
    """Counts and names the pairs of each verdict; counts the pairs that are not settled.

    Changes are those that Holm's correction leaves, so with 95 % confidence all of them are real.
    Pairs within the margin belong to a separate family of tests.

    Args:
        level: name of the level.
        verdicts: biomedical model and verdict of each pair.
        margin: declared margin of levels, in points.
    """
    unit = "point" if margin == 1 else "points"
    groups: dict[str, tuple[Verdict, ...]] = {
        "lower": ("decline",),
        "higher": ("gain",),
        f"different by less than {significant(margin)} {unit}": WITHIN_MARGIN,
        f"not lower by more than {significant(margin)} {unit}": ("non-inferior only",),
    }
    parts, unsettled = [], len(verdicts)
    for group, members in groups.items():
        names = [tuned for tuned, verdict in verdicts if verdict in members]
        unsettled -= len(names)
        parts.append(f"{len(names)} {group}" + (f" ({', '.join(names)})" if names else ""))
    return (
        f"Pair by pair on {in_sentence(level)}, of {counted(len(verdicts), 'biomedical model')}, "
        f"each against its base and corrected by Holm: {', '.join(parts)}, {unsettled} not settled."
    )


def _recipes(meta: MetaAnalysis) -> list[str]:
    """On the line that does not lead: with recipes if few degrees of freedom allow it."""
    crossed, by_family = meta.crossed, meta.random_effects
    if crossed is None or by_family.refused is not None:
        return []
    if meta.headline is crossed:
        limits = points_interval(by_family.ci95)
        return [
            f"By families of bases alone: 95 % CI {limits} points ({df(by_family.df)} degrees of "
            "freedom); it leaves out that training recipes recur."
        ]
    caution = "the interval above leaves this out and is too short if recipes matter"
    if crossed.refused is not None:
        return [f"Training recipes recur over families of bases; {caution}."]
    limits = points_interval(crossed.ci95)
    return [
        f"Training recipes recur over families of bases; {caution}. With recipes: mean "
        f"{points(crossed.mu)} points (95 % CI {limits}; "
        f"{crossed.n_families} groups that share neither base nor recipe, {df(crossed.df)} degrees "
        "of freedom, too few for the main result)."
    ]


def _without(influential: InfluentialPair) -> str:
    mean = influential.mean
    text = f"{points(mean.delta)} points"
    if not isnan(mean.p):
        text += f" (95 % CI {points_interval(mean.interval())})"
    return f" Without {influential.tuned}, which changes it most, it is {text}."


def _explained(meta: MetaAnalysis) -> list[str]:
    """The two means against each other."""
    if meta.headline.refused is not None:
        return []
    return [
        "The mean of exactly these pairs says how these models changed, with an interval for other "
        "patients and questions; the first mean is for biomedical models in general, with an "
        "interval for other models too."
    ]


def _population(level: str, population: RandomEffects) -> str:
    details = (
        f"95 % CI {points_interval(population.ci95)} points; p {p_value(population.p)}; "
        f"{population.n_pairs} pairs in {population.n_families} {_groups(population)}, "
        f"{df(population.df)} degrees of freedom"
    )
    if excludes_zero(population.ci95):
        return f"{_change(level, population.mu)} ({details})."
    return (
        f"On {in_sentence(level)} the data do not settle in which direction biomedical models "
        f"differ from their bases: mean difference {points(population.mu)} points "
        f"({details})."
    )


def _groups(population: RandomEffects) -> str:
    return "families" if population.tau2_recipe is None else "groups of bases and recipes"


def _change(level: str, mu: float) -> str:
    direction = "higher" if mu > 0 else "lower"
    return (
        f"On {in_sentence(level)} biomedical models score {amount(mu, POINTS)} points "
        f"{direction} than their bases"
    )


def _prediction(population: RandomEffects) -> str:
    limits = points_interval(population.pi95).replace(" to ", " and ")
    return f"The difference of another pair is expected between {limits} points (95 %)."


def _these_pairs(level: str, meta: MetaAnalysis) -> str:
    mean, k = meta.fixed_set, meta.random_effects.n_pairs
    subject = f"Mean of exactly these {k} on {in_sentence(level)}"
    if k == 1:
        subject = f"Only one pair has {in_sentence(level)}"
    text = f"{subject}: {points(mean.delta)} points"
    if isnan(mean.p):
        return f"{text}."
    return f"{text} (95 % CI {points_interval(mean.interval())}; p {p_value(mean.p)})."
