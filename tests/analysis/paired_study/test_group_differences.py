"""Differences in groups of items: by hand, against the whole, and under equality."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.paired_study import run
from analysis.paired_study.group_differences import GroupRow, equal_differences_p
from analysis.report.items import sections
from analysis.stats.multiplicity import benjamini_hochberg
from analysis.stats.paired import Array, Paired
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

SUBJECTS = ("anatomy", "genetics", "medicine")
SIZES = (12, 20, 3)


def study(store: Path, shift: Array, strata: str | None = "subject") -> list[GroupRow]:
    """Differences of a pair whose tuned model gains `shift` in the subjects."""
    rng = np.random.default_rng(5)
    scores = {f"{s}/{n}": rng.random(2) for s, size in zip(SUBJECTS, SIZES, strict=True)
              for n in range(size)}  # fmt: skip
    gains = dict(zip(SUBJECTS, shift, strict=True))
    for number, (model, base) in enumerate({"base": None, "tuned": "base"}.items()):
        records = [
            record(
                name, {"accuracy": (values[number] + number * gains[name.partition("/")[0]]) / 3}
            )
            for name, values in scores.items()
        ]
        facts = {"strata": strata} if strata else {}
        cell(store, model, "mednli", records, base=base, access="open", **facts)
    (setting,) = run(found_study(store), quick(sensitivity=False)).settings
    whole = next(row.comparison for row in setting.rows if row.key.scope == "task")
    if setting.groups:
        means = [row.difference.delta for row in setting.groups]
        assert np.average(means, weights=SIZES) == pytest.approx(whole.delta)
        (table,) = [
            table
            for section in sections(setting, quick())
            for table in section.tables
            if table.name == "groups"
        ]
        assert [row[2] for row in table.rows] == [*SUBJECTS]
    return list(setting.groups)


def test_each_group_has_its_own_t_test(tmp_path: Path) -> None:
    rows = study(tmp_path, np.array([0.0, 2.0, 0.0]))
    assert [row.key.group for row in rows] == [*SUBJECTS]
    rng = np.random.default_rng(5)
    pairs = rng.random((sum(SIZES), 2))
    starts = np.cumsum([0, *SIZES])
    for number, row in enumerate(rows):
        base, tuned = pairs[starts[number] : starts[number + 1]].T / 3
        tuned = tuned + (2 / 3 if number == 1 else 0.0)
        test = stats.ttest_rel(tuned, base)
        difference = row.difference
        assert (difference.n, difference.n_clusters) == (SIZES[number], SIZES[number])
        assert difference.delta == pytest.approx(100 * (tuned - base).mean())
        if SIZES[number] < 5:
            assert (difference.p, difference.ci95) == (None, None)
            assert difference.refused == "3 clusters are too few for a test"
        else:
            assert difference.p == pytest.approx(test.pvalue)
            assert difference.df == pytest.approx(SIZES[number] - 1)
            low, high = test.confidence_interval()
            assert difference.ci95 == pytest.approx((100 * low, 100 * high))
    raw = [np.nan if row.difference.p is None else row.difference.p for row in rows]
    for row, q in zip(rows, benjamini_hochberg(raw), strict=True):
        assert row.difference.q is None if np.isnan(q) else row.difference.q == pytest.approx(q)
    assert {row.difference.p_equal for row in rows} == {rows[0].difference.p_equal}
    assert rows[0].difference.p_equal is not None
    assert rows[0].difference.p_equal < 1e-6


def test_a_task_without_groups_has_no_row(tmp_path: Path) -> None:
    assert study(tmp_path, np.zeros(3), strata=None) == []


def test_of_two_groups_the_wald_test_is_that_of_their_difference() -> None:
    rng = np.random.default_rng(8)
    differences = rng.normal(size=60)
    groups = np.repeat([0, 1], [25, 35])
    names = [f"{n:02}" for n in range(60)]
    paired = Paired.of(names, names, np.zeros(60), differences)
    one, two = differences[:25], differences[25:]
    se = np.sqrt(one.var(ddof=1) / 25 + two.var(ddof=1) / 35)
    expected = 2 * stats.norm.sf(abs(one.mean() - two.mean()) / se)
    assert equal_differences_p(paired, groups) == pytest.approx(expected)


def test_clusters_with_items_of_both_groups_are_counted() -> None:
    """Every cluster has one item of each group: the test is the paired one."""
    rng = np.random.default_rng(9)
    one = rng.normal(size=40)
    two = one + rng.normal(0.1, 0.2, size=40)
    names = [f"{n:02}" for n in range(80)]
    paired = Paired.of(names, [f"c{n % 40}" for n in range(80)], np.zeros(80), np.append(one, two))
    change = two - one
    expected = 2 * stats.norm.sf(abs(change.mean()) / (change.std(ddof=1) / np.sqrt(40)))
    assert equal_differences_p(paired, np.repeat([0, 1], 40)) == pytest.approx(expected)


def test_under_equality_the_wald_test_rejects_five_percent() -> None:
    rng = np.random.default_rng(10)
    names = [f"{n:03}" for n in range(360)]
    groups = np.repeat(np.arange(6), 60)
    p = [
        equal_differences_p(Paired.of(names, names, np.zeros(360), rng.normal(size=360)), groups)
        for _ in range(400)
    ]
    rejected = sum(value is not None and value <= 0.05 for value in p)
    assert 8 <= rejected <= 38  # 20 expected, SD 4.4; the chi-square is a little liberal
