"""Scores of two models by item and prompt, the input of all statistics on prompts.

A cell is one item under one prompt. The design is `crossed` if every item was asked with every
prompt, and `spread` otherwise: items are dealt to the prompts, or some cells are missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.stats.paired import Array, Paired, Sums
from clue.cluster_robust import ROUNDING

PromptDesign = Literal["crossed", "spread"]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class PromptCells:
    """Scores of two models, one row per item and prompt, sorted by item and prompt.

    Every item counts once, however many prompts it was asked with. All sums are therefore those of
    the item means, and `paired` is the series that is tested without prompts.
    """

    items: tuple[str, ...]
    """Shape (m,)."""
    clusters: tuple[str, ...]
    """Unit of independence of each cell's item, shape (m,)."""
    prompts: tuple[str, ...]
    """Shape (m,)."""
    base: Array
    """Shape (m,), in the unit of the score."""
    tuned: Array
    """Shape (m,), in the unit of the score."""

    @classmethod
    def of(
        cls,
        items: Sequence[str],
        clusters: Sequence[str],
        prompts: Sequence[str],
        base: Sequence[float] | Array,
        tuned: Sequence[float] | Array,
    ) -> "PromptCells":
        """Sorts rows that arrive in any order; rows of the same item and prompt are averaged.

        Raises:
            ValueError: there is no row, or an item lies in two clusters.

        >>> cells = PromptCells.of([*"bbaa"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [1, 0, 1, 1])
        >>> cells.items, cells.prompts, cells.design
        (('a', 'a', 'b', 'b'), ('1', '2', '1', '2'), 'crossed')
        """
        rows = sorted(zip(items, prompts, clusters, base, tuned, strict=True))
        if not rows:
            raise ValueError("there is no row with an item and a prompt")
        if len({(row[0], row[2]) for row in rows}) > len({row[0] for row in rows}):
            raise ValueError("an item lies in two clusters")
        cells: dict[tuple[str, str], list[int]] = {}
        for number, row in enumerate(rows):
            cells.setdefault(row[:2], []).append(number)
        scores = np.array([row[3:] for row in rows], dtype=float)
        means = np.array([scores[numbers].mean(axis=0) for numbers in cells.values()])
        cluster = {row[0]: row[2] for row in rows}
        names, asked = zip(*cells, strict=True)
        return cls(names, tuple(cluster[name] for name in names), asked, means[:, 0], means[:, 1])

    @cached_property
    def differences(self) -> Array:
        """Tuned minus base, shape (m,)."""
        return self.tuned - self.base

    @cached_property
    def prompt_names(self) -> tuple[str, ...]:
        """Sorted, shape (K,)."""
        return tuple(sorted(set(self.prompts)))

    @property
    def n_prompts(self) -> int:
        """Number of prompts, K."""
        return len(self.prompt_names)

    @cached_property
    def cluster_names(self) -> tuple[str, ...]:
        """Sorted, shape (G,)."""
        return tuple(sorted(set(self.clusters)))

    @property
    def design(self) -> PromptDesign:
        """`crossed` if every item has every prompt, else `spread`."""
        crossed = len(self.items) == len(set(self.items)) * self.n_prompts
        return "crossed" if crossed else "spread"

    @cached_property
    def item_codes(self) -> Codes:
        """Index of each cell's item among the sorted items, shape (m,)."""
        return _codes(self.items)

    @cached_property
    def cluster_codes(self) -> Codes:
        """Index of each cell's cluster in `cluster_names`, shape (m,)."""
        return _codes(self.clusters)

    @cached_property
    def prompt_codes(self) -> Codes:
        """Index of each cell's prompt in `prompt_names`, shape (m,)."""
        return _codes(self.prompts)

    @cached_property
    def block_codes(self) -> Codes:
        """Index of each cell's block, the cells of one cluster under one prompt, shape (m,)."""
        pairs = self.cluster_codes * self.n_prompts + self.prompt_codes
        return _codes(pairs)

    @cached_property
    def weights(self) -> Array:
        """Part of its item that each cell is, shape (m,); the sum is the number of items."""
        return np.asarray(1 / np.bincount(self.item_codes)[self.item_codes], dtype=float)

    def sums(self, codes: Codes) -> Sums:
        """Differences summed within groups of cells, each cell with its part of an item.

        A sum that differs from zero by rounding only is zero, as in `Paired.sums`.

        Args:
            codes: group of each cell, 0 to the number of groups minus 1, shape (m,).

        >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [1, 0, 1, 1])
        >>> sums = cells.sums(cells.prompt_codes)
        >>> sums.sums.tolist(), sums.sizes.tolist()
        ([1.0, 0.5], [1.0, 1.0])
        """
        weighted = self.weights * self.differences
        sums = np.bincount(codes, weighted).astype(float)
        sums[np.abs(sums) <= ROUNDING * np.bincount(codes, np.abs(weighted))] = 0.0
        return Sums(sums, np.bincount(codes, self.weights).astype(float))

    @cached_property
    def paired(self) -> Paired:
        """Item means over prompts: the series whose prompts are taken as fixed.

        >>> cells = PromptCells.of([*"aabb"], [*"xxyy"], [*"1212"], [0, 0, 0, 0], [1, 0, 1, 1])
        >>> cells.paired.differences.tolist()
        [0.5, 1.0]
        """
        cluster = dict(zip(self.items, self.clusters, strict=True))
        counts = np.bincount(self.item_codes)
        base, tuned = (
            np.bincount(self.item_codes, side) / counts for side in (self.base, self.tuned)
        )
        return Paired.of(list(cluster), list(cluster.values()), base, tuned)

    def of_prompt(self, prompt: str) -> Paired:
        """The items of one prompt.

        Args:
            prompt: one of `prompt_names`.

        >>> cells = PromptCells.of([*"aab"], [*"xxy"], [*"121"], [0, 0, 0], [1, 0, 1])
        >>> cells.of_prompt("2").ids
        ('a',)
        """
        rows = np.flatnonzero(self.prompt_codes == self.prompt_names.index(prompt))
        return Paired(
            tuple(self.items[row] for row in rows),
            tuple(self.clusters[row] for row in rows),
            self.base[rows],
            self.tuned[rows],
        )


def _codes(names: Sequence[str] | Codes) -> Codes:
    """Index of each name among the sorted names."""
    _, codes = np.unique(names, return_inverse=True)
    return codes.astype(np.intp)
