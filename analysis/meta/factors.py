"""Random factors of pairs: families of bases, training recipes, and the groups they connect."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analysis.stats.paired import Array

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Factors:
    """Levels of the factors of k estimates."""

    families: Codes
    """Family number of each estimate, shape (k,)."""
    recipes: Codes | None
    """Recipe number of each estimate, shape (k,); None: the model has no recipes."""

    @classmethod
    def of(
        cls, k: int, families: Sequence[str] | None, recipes: Sequence[str] | None = None
    ) -> "Factors":
        """From names; without families every estimate is its own."""
        return cls(
            np.arange(k) if families is None else _codes(families),
            None if recipes is None else _codes(recipes),
        )

    @cached_property
    def groups(self) -> Codes:
        """Group number of each estimate: estimates of two groups share no family and no recipe.

        >>> Factors.of(4, ["a", "a", "b", "c"], ["x", "y", "y", "z"]).groups.tolist()
        [0, 0, 0, 1]
        """
        if self.recipes is None:
            return self.families
        edges = (
            np.ones(len(self.families)),
            (self.families, self.recipes + self.families.max() + 1),
        )
        size = self.families.max() + self.recipes.max() + 2
        _, labels = connected_components(coo_array(edges, shape=(size, size)), directed=False)
        return np.asarray(labels[self.families], dtype=np.intp)

    @property
    def is_crossed(self) -> bool:
        """True if some recipe says more than the families do."""
        return "recipe" in self.components or len(np.unique(self.groups)) < len(
            np.unique(self.families)
        )

    @cached_property
    def components(self) -> dict[str, Array]:
        """Factor to its covariance pattern, shape (k, k), the pair's own first.

        A factor is left out if it has one level, or a level for every pair, or the same levels as
        families: its variance could not be told from another's.
        """
        patterns = {"pair": np.eye(len(self.families)), "family": _pattern(self.families)}
        if self.recipes is not None:
            patterns["recipe"] = _pattern(self.recipes)
        kept: dict[str, Array] = {}
        for name, pattern in patterns.items():
            known = any(np.array_equal(pattern, other) for other in kept.values())
            if name == "pair" or not (known or pattern.all()):
                kept[name] = pattern
        return kept


def _codes(names: Sequence[str]) -> Codes:
    _, numbered = np.unique(np.asarray(names), return_inverse=True)
    return np.asarray(numbered, dtype=np.intp)


def _pattern(codes: Codes) -> Array:
    return np.asarray(codes[:, None] == codes, dtype=float)
