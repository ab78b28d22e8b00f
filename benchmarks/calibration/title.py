"""The title question: intervals of the mean over a population of pairs."""

from collections.abc import Callable

import numpy as np

from analysis.meta import (
    dersimonian_laird,
    family_mean,
    fixed_effect,
    fixed_set,
    hartung_knapp,
    random_effects,
)
from analysis.stats.paired import Array, Interval
from benchmarks.calibration.pairs import (
    CORRELATION,
    ERRORS,
    FAMILIES,
    MEMBERS,
    RECIPES,
    SAMPLING,
)
from benchmarks.calibration.rates import ANY, Rate, rate, seeded

SETS = 1500
INDEPENDENT: dict[str, Callable[[Array], Interval]] = {
    "REML, Hartung-Knapp": lambda y: hartung_knapp(y, SAMPLING).ci95,
    "DerSimonian-Laird, z": lambda y: dersimonian_laird(y, SAMPLING).ci95,
    "inverse variances, z": lambda y: fixed_effect(y, np.diag(SAMPLING)).ci95,
}


def families_differ() -> list[Rate]:
    """Item 5: standard deviation 5 points between families, 1 between pairs of a family."""
    name = "12 pairs in 7 families, SD 1 between pairs and 5 between families"
    return _rates(5, name, (1.0, 5.0), 0.85)


def nothing_differs() -> list[Rate]:
    """The same without heterogeneity: a shared base run alone misleads."""
    return _rates(15, "12 pairs in 7 families, no heterogeneity", (0.0, 0.0), 0.92)


def items_shared() -> list[Rate]:
    """Errors of pairs with different bases correlated by .2, since all answer the same items."""
    rng, name = seeded(25), "12 pairs in 7 families, errors correlated across families"
    correlation = np.where(CORRELATION == 0, 0.2, CORRELATION)
    joint = np.asarray(correlation * np.outer(ERRORS, ERRORS), dtype=float)
    y = rng.standard_normal((SETS, 12)) @ np.linalg.cholesky(joint).T
    blocks = np.where(CORRELATION == 0, 0.0, joint)
    whole, ignored = (
        [_holds(random_effects(row, known, FAMILIES).ci95) for row in y]
        for known in (joint, blocks)
    )
    these = [_holds(fixed_set(row, joint).interval()) for row in y]
    means, spread_only = (
        [_holds(family_mean(row, known, FAMILIES).interval()) for row in y]
        for known in (joint, np.diag(ERRORS**2))
    )
    return [
        rate(name, "REML, CR2 by family", "covers", whole, (0.93, 0.98)),
        rate(name, "the same, that correlation ignored", "covers", ignored, (0.0, 0.92)),
        rate(name, "mean of exactly these pairs", "covers", these, (0.93, 0.97)),
        rate(name, "mean of family means, t", "covers", means, (0.93, 0.99)),
        rate(name, "the same, that correlation ignored", "covers", spread_only, (0.0, 0.92)),
    ]


def recipes_differ() -> list[Rate]:
    """Recipes recur over bases: the effects of both are normal, or those of families are skewed."""
    rng = seeded(35)
    kinds = np.unique(RECIPES, return_inverse=True)[1]
    rates = []
    for shape, good, bad in (("normal", (0.93, 0.98), (0.80, 0.93)), ("skewed", (0.88, 0.98), ANY)):
        name = f"12 pairs, 7 bases and 7 recipes, SD 3 each, {shape}"
        family, recipe = (_effects(rng, shape, size) for size in (7, 7))
        y = 3 * (family[:, MEMBERS] + recipe[:, kinds]) + rng.standard_normal((SETS, 12))
        y += rng.standard_normal((SETS, 12)) @ np.linalg.cholesky(SAMPLING).T
        by_family, crossed = (
            [random_effects(row, SAMPLING, FAMILIES, recipes) for row in y]
            for recipes in (None, RECIPES)
        )
        for method, results, bounds in (
            ("REML, CR2 by family", by_family, bad),
            ("REML with recipes, CR2 by group", crossed, good),
        ):
            covered = [_holds(one.ci95) for one in results if one.refused is None]
            rates.append(rate(name, method, "covers", covered, bounds))
    return rates


def _effects(rng: np.random.Generator, shape: str, size: int) -> Array:
    """Effects with mean 0 and variance 1, shape (sets, size)."""
    if shape == "skewed":
        return rng.standard_exponential((SETS, size)) - 1
    return rng.standard_normal((SETS, size))


def _rates(item: int, name: str, spread: tuple[float, float], most: float) -> list[Rate]:
    """Coverage; `most` is what methods that take pairs as independent do not reach."""
    rng = seeded(item)
    effects = spread[0] * rng.standard_normal((SETS, 12))
    effects += spread[1] * rng.standard_normal((SETS, 7))[:, MEMBERS]
    y = effects + rng.standard_normal((SETS, 12)) @ np.linalg.cholesky(SAMPLING).T
    made = [random_effects(row, SAMPLING, FAMILIES) for row in y]
    refused = [one.refused is not None for one in made]
    answered = [_holds(one.ci95) for one in made if one.refused is None]
    by_family = [_holds(family_mean(row, SAMPLING, FAMILIES).interval()) for row in y]
    these = [
        _holds(fixed_set(row, SAMPLING).interval(), mean)
        for row, mean in zip(y, effects.mean(axis=1), strict=True)
    ]
    good = (0.93, 0.97)
    return [
        rate(name, "REML, CR2 by family", "covers", answered, good),
        rate(name, "REML, CR2 by family", "is refused", refused, (0.0, 0.02)),
        rate(name, "mean of family means, t", "covers", by_family, good),
        rate(name, "mean of exactly these pairs", "covers", these, good),
        *(
            rate(name, method, "covers", [_holds(interval(row)) for row in y], (0.0, most))
            for method, interval in INDEPENDENT.items()
        ),
    ]


def _holds(interval: Interval, truth: float = 0.0) -> bool:
    return interval.low <= truth <= interval.high
