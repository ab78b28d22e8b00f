"""Strategies for made-up answers under several prompts."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.stats.prompt_cells import PromptCells

Scores = NDArray[np.float64]


def crossed(differences: Scores, clusters: list[str] | None = None) -> PromptCells:
    """Every item under every prompt; differences of shape (items, prompts)."""
    items, prompts = np.indices(differences.shape).reshape(2, -1)
    names = [f"i{item:03}" for item in items]
    owners = names if clusters is None else [clusters[item] for item in items]
    d = differences.ravel()
    return PromptCells.of(names, owners, [f"p{one}" for one in prompts], np.zeros(len(d)), d)


@st.composite
def answers(draw: st.DrawFn, *, crossed_only: bool = False, most: int = 5) -> PromptCells:
    """Scores in clusters of any sizes: all cells, or each item with some of the prompts."""
    n_items, k = draw(st.integers(4, 14)), draw(st.integers(2, most))
    seed = draw(st.integers(0, 2**31))
    spread = False if crossed_only else draw(st.booleans())
    rng = np.random.default_rng(seed)
    clusters = np.arange(n_items) % draw(st.integers(2, 4))
    rows = [
        (f"i{item}", f"g{clusters[item]}", f"p{prompt}")
        for item in range(n_items)
        for prompt in range(k)
        if not spread or (item + prompt) % k < 1 + (item % 2)
    ]
    items, owners, prompts = zip(*rows, strict=True)
    base, tuned = rng.integers(0, 5, (2, len(rows))) / 4
    return PromptCells.of(items, owners, prompts, base, tuned)
