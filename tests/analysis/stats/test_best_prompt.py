import numpy as np
import pytest
from hypothesis import given

from analysis.stats.best_prompt import best_prompts
from analysis.stats.clusters import robust
from analysis.stats.paired import Paired
from analysis.stats.prompt_cells import PromptCells
from clue.records import sha256
from tests.analysis.stats.prompts import answers, crossed


def _by_loops(cells: PromptCells) -> tuple[Paired, tuple[str, str], tuple[str, str]]:
    """Held-out scores, and choices of base and tuned, by plain loops over items."""
    names = sorted(set(cells.clusters), key=sha256)
    fold = {name: place % 2 for place, name in enumerate(names)}
    rows = list(
        zip(cells.items, cells.clusters, cells.prompts, cells.base, cells.tuned, strict=True)
    )

    def best(side: int, other: int) -> str:
        totals = {
            name: round(
                sum(row[side] for row in rows if row[2] == name and fold[row[1]] == other), 9
            )
            for name in sorted(set(cells.prompts))
        }
        return max(totals, key=lambda name: totals[name])

    choices = [(best(side, 1), best(side, 0)) for side in (3, 4)]
    ids = sorted(set(cells.items))
    cluster = {row[0]: row[1] for row in rows}
    scores = {(row[0], row[2]): row[3:] for row in rows}
    base, tuned = (
        [scores[item, choices[side][fold[cluster[item]]]][side] for item in ids] for side in (0, 1)
    )
    return Paired.of(ids, [cluster[item] for item in ids], base, tuned), choices[0], choices[1]


@given(answers(crossed_only=True))
def test_held_out_scores_are_those_of_plain_loops(cells: PromptCells) -> None:
    best = best_prompts(cells)
    assert best is not None
    held_out, base, tuned = _by_loops(cells)
    expected = robust(held_out.sums)
    assert (best.base, best.tuned) == (base, tuned)
    assert best.estimate.delta == pytest.approx(expected.delta, abs=1e-12)
    assert best.estimate.se == pytest.approx(expected.se_cr2, abs=1e-12)
    assert best.mean_tuned - best.mean_base == pytest.approx(best.estimate.delta, abs=1e-12)


def test_the_winner_among_equal_prompts_gains_nothing() -> None:
    """The score that chose a prompt is too high by 2.5 standard errors; the held-out one is not."""
    rng = np.random.default_rng(2)
    d = rng.normal(size=(400, 30))
    best = best_prompts(crossed(d))
    assert best is not None
    assert d.mean(axis=0).max() > 1.5 / 400**0.5
    assert abs(best.estimate.delta) < 2.5 * best.estimate.se


def test_the_prompt_of_the_other_fold_is_used() -> None:
    """Each fold has its own best prompt, so each is scored with the one that is bad for it."""
    names = sorted((f"g{number}" for number in range(6)), key=sha256)
    first = set(names[0::2])
    clusters = [name for name in names for _ in range(2)]
    d = np.array([[1.0, 0.0] if name in first else [0.0, 1.0] for name in clusters])
    best = best_prompts(crossed(d, clusters))
    assert best is not None
    assert (best.tuned, best.mean_tuned) == (("p1", "p0"), 0.0)


@pytest.mark.parametrize(
    ("items", "clusters", "prompts"),
    [("aab", "xxy", "121"), ("ab", "xy", "11"), ("aabb", "xxxx", "1212")],
)
def test_nothing_is_chosen_without_all_cells_two_prompts_and_two_clusters(
    items: str, clusters: str, prompts: str
) -> None:
    n = len(items)
    cells = PromptCells.of([*items], [*clusters], [*prompts], [0.0] * n, [1.0] * n)
    assert best_prompts(cells) is None
