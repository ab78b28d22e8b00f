import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.clusters import robust
from analysis.stats.paired import Paired
from analysis.stats.prompt_cells import PromptCells
from analysis.stats.prompt_components import PromptComponents
from analysis.stats.random_prompts import PromptAnalysis, random_prompts
from tests.analysis.reference import pairs
from tests.analysis.stats.prompts import answers, crossed


def _numbers(found: PromptAnalysis) -> list[float]:
    """Every number of an analysis; nan for None."""
    parts = found.components
    return [
        *(found.fixed.delta, found.fixed.se, found.fixed.df),
        *((found.random.se, found.random.df) if found.random else (math.nan, math.nan)),
        *((parts.between, parts.own, parts.common) if parts else [math.nan] * 3),
        *(found.prediction or (math.nan, math.nan)),
    ]


@given(answers(), st.randoms())
def test_order_of_rows_changes_no_bit(cells: PromptCells, random: object) -> None:
    order = list(range(len(cells.items)))
    random.shuffle(order)  # type: ignore[attr-defined]
    other = PromptCells.of(
        [cells.items[row] for row in order],
        [cells.clusters[row] for row in order],
        [cells.prompts[row] for row in order],
        cells.base[order],
        cells.tuned[order],
    )
    assert str(random_prompts(other)) == str(random_prompts(cells))


@given(answers())
def test_labels_of_prompts_do_not_matter(cells: PromptCells) -> None:
    k = cells.n_prompts
    labels = {name: f"q{k - place}" for place, name in enumerate(cells.prompt_names)}
    relabelled = [labels[name] for name in cells.prompts]
    other = PromptCells.of(cells.items, cells.clusters, relabelled, cells.base, cells.tuned)
    assert _numbers(random_prompts(other)) == pytest.approx(
        _numbers(random_prompts(cells)), rel=1e-9, abs=1e-12, nan_ok=True
    )


@given(answers())
def test_swapping_the_models_turns_the_sign(cells: PromptCells) -> None:
    found = random_prompts(cells)
    swapped = random_prompts(
        PromptCells.of(cells.items, cells.clusters, cells.prompts, cells.tuned, cells.base)
    )
    assert swapped.fixed.delta == -found.fixed.delta
    assert _numbers(swapped)[1:-2] == _numbers(found)[1:-2]
    assert {one.prompt: -one.robust.delta for one in swapped.by_prompt} == {
        one.prompt: one.robust.delta for one in found.by_prompt
    }
    if found.prediction and swapped.prediction:
        low, high = found.prediction
        assert swapped.prediction == pytest.approx((-high, -low))


@given(pairs(), st.integers(2, 6))
def test_prompts_that_are_all_alike_leave_todays_error(paired: Paired, k: int) -> None:
    copies = [
        (item, cluster, f"p{prompt}", base, tuned)
        for item, cluster, base, tuned in zip(
            paired.ids, paired.clusters, paired.base, paired.tuned, strict=True
        )
        for prompt in range(k)
    ]
    found = random_prompts(PromptCells.of(*zip(*copies, strict=True)))
    today = robust(paired.sums)
    if today.n_clusters < 2:
        assert found.random is None
        return
    assert found.random is not None
    assert found.components is not None
    assert found.components.between == 0.0
    assert found.random.se == pytest.approx(today.se_cr2, rel=1e-9, abs=1e-12)
    assert found.random.df == pytest.approx(today.df, rel=1e-9)


@given(pairs())
def test_one_prompt_leaves_todays_row_and_has_no_second_line(paired: Paired) -> None:
    prompts = ["p"] * len(paired.ids)
    cells = PromptCells.of(paired.ids, paired.clusters, prompts, paired.base, paired.tuned)
    found, today = random_prompts(cells), robust(paired.sums)
    assert (found.random, found.components, found.prediction) == (None, None, None)
    assert found.fixed.delta == today.delta
    assert str((found.fixed.se, found.fixed.df)) == str((today.se_cr2, today.df))


@given(answers())
def test_todays_row_is_the_series_of_item_means(cells: PromptCells) -> None:
    means: dict[str, list[float]] = {}
    for item, difference in zip(cells.items, cells.differences, strict=True):
        means.setdefault(item, []).append(difference)
    assert random_prompts(cells).fixed.delta == pytest.approx(
        float(np.mean([np.mean(values) for values in means.values()])), abs=1e-12
    )


def test_rows_of_one_item_and_prompt_are_averaged() -> None:
    once = PromptCells.of([*"aabb"], [*"aabb"], [*"1212"], [0.0] * 4, [0.5, 1.0, 0.0, 0.5])
    twice = PromptCells.of(
        [*"aaabbb"], [*"aaabbb"], [*"112122"], [0.0] * 6, [0.0, 1.0, 1.0, 0.0, 0.25, 0.75]
    )
    assert str(random_prompts(twice)) == str(random_prompts(once))


@pytest.mark.parametrize(
    ("items", "clusters", "problem"), [("", "", "no row"), ("aa", "xy", "lies in two clusters")]
)
def test_rows_that_are_no_table_are_refused(items: str, clusters: str, problem: str) -> None:
    rows = ["1", "2"][: len(items)]
    with pytest.raises(ValueError, match=problem):
        PromptCells.of([*items], [*clusters], rows, [0.0] * len(items), [0.0] * len(items))


@given(answers(crossed_only=True))
def test_degrees_of_freedom_are_bounded_on_both_sides(cells: PromptCells) -> None:
    found = random_prompts(cells)
    assert found.random is not None
    lowest = min(cells.n_prompts - 1, found.fixed.df)
    assert lowest - 1e-9 <= found.random.df <= found.fixed.df + 1e-9


def test_prompts_in_one_cluster_each_cannot_be_told_from_clusters() -> None:
    d = np.array([0.0, 1.0, 1.0, 1.0, 0.5, 0.0])
    cells = PromptCells.of([*"abcdef"], [*"xxyyzz"], [*"112233"], np.zeros(6), d)
    found = random_prompts(cells)
    assert found.random is not None
    assert found.random.se == pytest.approx(found.fixed.se)
    assert (found.components, found.prediction) == (None, None)


def test_forest_of_prompts_has_its_own_errors_and_counts() -> None:
    rng = np.random.default_rng(5)
    d = rng.normal(size=(20, 4)) + np.array([0.5, -1.0, 2.0, 0.0])
    found = random_prompts(crossed(d, clusters=[f"g{item % 7}" for item in range(20)]))
    assert [one.prompt for one in found.by_prompt] == ["p1", "p3", "p0", "p2"]
    assert found.gains == int((d.mean(axis=0) > 0).sum())
    for one in found.by_prompt:
        column = d[:, int(one.prompt[1])]
        of_prompt = random_prompts(crossed(column[:, None], [f"g{i % 7}" for i in range(20)]))
        assert (one.robust.n, one.robust.n_clusters) == (20, 7)
        assert one.robust.se_cr2 == pytest.approx(of_prompt.fixed.se, rel=1e-12)


def test_prediction_interval_by_hand() -> None:
    rng = np.random.default_rng(11)
    found = random_prompts(crossed(rng.normal(size=(40, 5)) + rng.normal(size=(1, 5))))
    assert found.random is not None
    assert found.components is not None
    assert found.prediction is not None
    se = math.sqrt(found.random.se**2 + found.components.between)
    reach = float(stats.t.ppf(0.975, min(4.0, found.random.df))) * se
    assert found.prediction.high - found.random.delta == pytest.approx(reach)


def _components(**changed: float) -> PromptComponents:
    values = {"between": 4.0, "own": 1.0, "common": 1.0, "of_clusters": 1.2, "concentration": 0.2}
    return PromptComponents("crossed", 5, **(values | changed))


def test_interval_of_a_share_narrows_with_prompts_and_depends_on_the_generator_alone() -> None:
    few = _components()
    many = PromptComponents("crossed", 500, 4.0, 1.0, 0.0, 0.002, 0.002)
    low, high = few.share_interval(2.0, np.random.default_rng(0))
    assert (low, high) == few.share_interval(2.0, np.random.default_rng(0))
    narrow = many.share_interval(2.0, np.random.default_rng(0))
    assert low < narrow.low < many.share_better(2.0) < narrow.high < high
    assert narrow == pytest.approx((0.80, 0.88), abs=0.02)


def test_interval_of_a_share_without_an_error_of_the_mean_is_that_of_the_variance() -> None:
    """S^2 / sigma^2 is chi-squared over 4; the share rises with S / sigma."""
    known = _components(own=0.0, common=0.0, concentration=0.0)
    quantiles = stats.chi2.ppf([0.025, 0.975], 4) / 4
    expected = stats.norm.cdf(2.0 * np.sqrt(quantiles / known.between))
    found = known.share_interval(2.0, np.random.default_rng(0), draws=99_999)
    assert found == pytest.approx(tuple(expected), abs=0.003)


def test_share_without_a_variance_is_all_or_nothing() -> None:
    alike = _components(between=0.0)
    assert [alike.share_better(delta) for delta in (-1.0, 0.0, 1.0)] == [0.0, 0.5, 1.0]


def test_more_prompts_serve_a_spread_design_less() -> None:
    """Crossed: 5 / .5 beside a common 1; spread: 4 / .3 beside the 1.2 of fixed prompts."""
    spread = PromptComponents("spread", 5, 4.0, 1.0, 1.0, 1.2, 0.2)
    se = math.sqrt(1.5)
    assert (_components().prompts_for(se), spread.prompts_for(se)) == (10, 14)
    assert (_components().prompts_for(1.0), spread.prompts_for(1.05)) == (None, None)
    assert _components().prompts_for(100.0) == 2
