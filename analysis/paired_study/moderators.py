"""Whether pairs of one kind differ from others: exploratory, since few pairs carry each answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.meta import Headline, moderator, random_effects
from analysis.paired_study.levels import Levels, Weights
from analysis.paired_study.pooled import Pooled, of_estimate
from analysis.stats.weighted_sums import Estimate

CONTRAST = ("level1", "level2")
WARNING = "Exploratory: few pairs carry it, and they differ in more than this."
Facts = Mapping[str, Any]


def moderations(
    pooled: Mapping[str, Pooled], facts: Mapping[str, Facts], large: float
) -> list[dict[str, Any]]:
    """Every moderator of every level.

    Args:
        pooled: level to the differences of all pairs.
        facts: pair to what its tuned model's cells say, with the `family` of the pair.
        large: billions of parameters from which on a model is large.
    """
    return [
        {"level": level, "moderator": name, **made, "warning": WARNING}
        for level, pairs in pooled.items()
        for name, kinds in _kinds(pairs.pairs, facts, large).items()
        for made in _split(pairs, kinds)
    ]


def contrast(
    levels: Levels, weights: Mapping[str, Weights], families: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Level 2 minus Level 1, pair by pair; empty if no pair has both.

    Args:
        levels: of all pairs.
        weights: level to weights of data sets.
        families: pair to family of base models.
    """
    first, second = (weights[level] for level in CONTRAST)
    both = {name: second.get(name, 0.0) - first.get(name, 0.0) for name in {*first, *second}}
    pooled = Pooled.of(levels, dict(sorted(both.items())), families).uncertain()
    if not pooled.pairs:
        return []
    made = random_effects(pooled.y, pooled.covariance, pooled.families)
    return [
        {
            "level": " - ".join(reversed(CONTRAST)),
            "moderator": "level",
            "kind": CONTRAST[1],
            "pairs": list(pooled.pairs),
            "mean": of_estimate(pooled.mean()),
            "against_others": None if made.refused else _headline(made),
            "refused": made.refused,
            "warning": WARNING,
        }
    ]


def generation(family: str) -> str:
    """Generation of base models: the family without its size (llama3_8b, llama3_70b: llama3)."""
    return re.sub(r"_?\d+(\.\d+)?b$", "", family)


def _kinds(
    pairs: Sequence[str], facts: Mapping[str, Facts], large: float
) -> dict[str, list[Sequence[str]]]:
    """Moderator to the kinds of each pair; one that is not known of some pair is left out."""
    sizes = [facts[pair].get("parameters") for pair in pairs]
    kinds: dict[str, list[Sequence[str]]] = {
        "adaptation": [facts[pair].get("adaptation") or () for pair in pairs],
        "generation": [(generation(str(facts[pair]["family"])),) for pair in pairs],
        "size": [("large" if size >= large else "small",) if size else () for size in sizes],
    }
    return {name: of for name, of in kinds.items() if all(of)}


def _split(pooled: Pooled, kinds: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    """Mean of the pairs of each kind, and its difference from all other pairs."""
    for name in sorted({kind for each in kinds for kind in each}):
        places = [place for place, each in enumerate(kinds) if name in each]
        if len(places) == len(kinds):
            continue
        members = np.isin(np.arange(len(kinds)), places).astype(float)
        made = moderator(pooled.y, pooled.covariance, pooled.families, members)
        yield {
            "kind": name,
            "pairs": [pooled.pairs[place] for place in places],
            "mean": of_estimate(pooled.mean(places)),
            "against_others": None if made.slope is None else of_estimate(made.slope),
            "refused": made.refused,
        }


def _headline(made: Headline) -> dict[str, Any]:
    """In the form of `of_estimate`."""
    return of_estimate(Estimate(made.mu, made.se_cr2, made.df))
