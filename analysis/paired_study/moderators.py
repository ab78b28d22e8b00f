"""Differences between kinds of pairs; exploratory, because few pairs inform each of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.meta import meta_regression
from analysis.meta.meta_analysis import estimate_as_dict
from analysis.paired_study.levels import Levels, Weights, minus
from analysis.paired_study.pooled import LevelDifferences
from analysis.stats.weighted_sums import Estimate

CONTRAST = ("level1", "level2")
WARNING = "Exploratory: few pairs carry it, and they differ in more than this."
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class ModeratorEffect:
    """Mean difference of pairs of one kind, and its difference from all other pairs."""

    level: str
    moderator: str
    """Property of pairs: `adaptation`, `generation`, `size`; `level` for the level contrast."""
    kind: str
    """Value of the property."""
    pairs: tuple[str, ...]
    """Pairs of that kind."""
    mean: Estimate
    """Mean of exactly these pairs."""
    against_others: Estimate | None
    """None if refused."""
    refused: str | None
    """Reason why there is no comparison with the other pairs."""

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        others = self.against_others
        return {
            "level": self.level,
            "moderator": self.moderator,
            "kind": self.kind,
            "pairs": list(self.pairs),
            "mean": estimate_as_dict(self.mean),
            "against_others": None if others is None else estimate_as_dict(others),
            "refused": self.refused,
            "warning": WARNING,
        }


def moderator_effects(
    differences: Mapping[str, LevelDifferences], facts: Mapping[str, Facts], large: float
) -> list[ModeratorEffect]:
    """Effects of every moderator on every level.

    Args:
        differences: level to the differences of all pairs.
        facts: pair to the facts of its tuned model's cells, with the `family` of the pair.
        large: billions of parameters from which a model counts as large.
    """
    return [
        effect
        for level, pairs in differences.items()
        for moderator, kinds in _kinds(pairs.pairs, facts, large).items()
        for effect in _effects(level, moderator, pairs, kinds)
    ]


def level_2_minus_level_1(
    levels: Levels, weights: Mapping[str, Weights], families: Mapping[str, str]
) -> list[ModeratorEffect]:
    """Level 2 minus Level 1, pair by pair; empty if the study or every pair lacks one of them.

    Args:
        levels: task scores of all pairs.
        weights: level to weights of data sets.
        families: pair to family of base models.
    """
    if not set(CONTRAST) <= set(weights):
        return []
    first, second = (weights[level] for level in CONTRAST)
    pairs = LevelDifferences.of(levels, minus(second, first), families).with_error()
    if not pairs.pairs:
        return []
    population = pairs.population()
    contrast = None
    if not population.refused:
        contrast = Estimate(population.mu, population.se_cr2, population.df)
    return [
        ModeratorEffect(
            " - ".join(reversed(CONTRAST)),
            "level",
            CONTRAST[1],
            pairs.pairs,
            pairs.mean(),
            contrast,
            population.refused,
        )
    ]


def generation(family: str) -> str:
    """Generation of base models: the family without its size (llama3_8b, llama3_70b: llama3)."""
    return re.sub(r"_?\d+(\.\d+)?b$", "", family)


def _kinds(
    pairs: Sequence[str], facts: Mapping[str, Facts], large: float
) -> dict[str, list[Sequence[str]]]:
    """Moderator to the kinds of each pair; leaves out a moderator that some pair lacks."""
    sizes = [facts[pair].get("parameters") for pair in pairs]
    moderators: dict[str, list[Sequence[str]]] = {
        "adaptation": [facts[pair].get("adaptation") or () for pair in pairs],
        "generation": [(generation(str(facts[pair]["family"])),) for pair in pairs],
        "size": [("large" if size >= large else "small",) if size else () for size in sizes],
    }
    return {name: kinds for name, kinds in moderators.items() if all(kinds)}


def _effects(
    level: str, moderator: str, pairs: LevelDifferences, kinds: Sequence[Sequence[str]]
) -> Iterator[ModeratorEffect]:
    """Effects of each kind; leaves out a kind of all pairs."""
    for kind in sorted({kind for of_pair in kinds for kind in of_pair}):
        is_kind = np.array([kind in of_pair for of_pair in kinds])
        if is_kind.all():
            continue
        indices = np.flatnonzero(is_kind).tolist()
        fit = meta_regression(pairs.y, pairs.covariance, pairs.families, is_kind.astype(float))
        members = tuple(pairs.pairs[index] for index in indices)
        yield ModeratorEffect(
            level, moderator, kind, members, pairs.mean(indices), fit.slope, fit.refused
        )
