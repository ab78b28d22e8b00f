"""Slopes of differences on item difficulty and length, in small stores and a synthetic study."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.item_slopes import Property, SlopeRow
from analysis.report.item_slopes_in_words import lead, sentence
from analysis.report.items import sections
from analysis.report.tables.item_slopes import item_slopes as slope_table
from analysis.stats.multiplicity import benjamini_hochberg
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import PAIRS, quick
from tests.analysis.paired_study.stores import cell, record

ITEMS = 16
Score = Callable[[int], float]
"""Score of a model on an item."""


def chance(model: int, item: int) -> float:
    """A number between 0 and 0.1 that looks random."""
    return (7919 * (31 * model + item + 1) % 101) / 1010


OTHERS: dict[str, tuple[str | None, Score]] = {
    "other": (None, lambda item: item / 20 + chance(1, item)),
    "other_tuned": ("other", lambda item: item / 20 + chance(2, item)),
}
"""A pair of another family: item 0 is the most difficult."""


def study(
    store: Path, models: dict[str, tuple[str | None, Score]], tokens: Score = lambda item: 9
) -> dict[tuple[str, Property], SlopeRow]:
    """The slopes of all pairs of a store on MedNLI."""
    for model, (base, score) in models.items():
        records = [
            record(f"s{item:02}", {"accuracy": score(item)}, tokens=int(tokens(item)))
            for item in range(ITEMS)
        ]
        cell(store, model, "mednli", records, base=base, access="open")
    (setting,) = run(found_study(store), quick(sensitivity=False)).settings
    return {(row.key.tuned, row.key.item_property): row for row in setting.slopes}


def pair(loss: float, base_shift: float = 0.0) -> dict[str, tuple[str | None, Score]]:
    """A pair whose biomedical model loses more on difficult items."""
    return {
        "base": (None, lambda item: 0.5 + chance(3, item) + base_shift * (item % 2)),
        "tuned": (
            "base",
            lambda item: 0.4 - loss * (ITEMS - item) / ITEMS + chance(4, item),
        ),
    }


def test_the_slope_is_that_of_least_squares_on_other_families(tmp_path: Path) -> None:
    row = study(tmp_path, OTHERS | pair(0.3))["tuned", "difficulty"].slope
    items = range(ITEMS)
    ease = np.mean([[score(item) for item in items] for _, score in OTHERS.values()], axis=0)
    models = pair(0.3)
    difference = [100 * (models["tuned"][1](item) - models["base"][1](item)) for item in items]
    expected = np.polyfit(-ease / ease.std(ddof=1), difference, 1)[0]
    assert row.slope == pytest.approx(expected, rel=1e-9)
    assert row.slope is not None
    assert row.slope < -5
    assert (row.n, row.n_clusters, row.models) == (ITEMS, ITEMS, 2)


def test_models_of_the_same_base_do_not_count(tmp_path: Path) -> None:
    plain = study(tmp_path / "plain", OTHERS | pair(0.3))["tuned", "difficulty"].slope
    sibling: dict[str, tuple[str | None, Score]] = {
        "sibling": ("base", lambda item: chance(5, item))
    }
    rows = study(tmp_path / "sibling", OTHERS | pair(0.3) | sibling)
    assert rows["tuned", "difficulty"].slope.slope == plain.slope
    # they do count for a pair of another family
    assert rows["other_tuned", "difficulty"].slope.models == 3


def test_a_model_with_other_references_does_not_count(tmp_path: Path) -> None:
    third = [
        record(f"s{item:02}", {"accuracy": chance(6, item)}, target="another reference")
        for item in range(ITEMS)
    ]
    plain = study(tmp_path, OTHERS | pair(0.3))["tuned", "difficulty"].slope
    cell(tmp_path, "third", "mednli", third, access="open")
    again = study(tmp_path, OTHERS | pair(0.3))["tuned", "difficulty"].slope
    assert again.slope == plain.slope


def test_an_item_that_another_model_lacks_has_the_other_models_difficulty(tmp_path: Path) -> None:
    study(tmp_path, OTHERS | pair(0.3))
    part = [record(f"s{item:02}", {"accuracy": chance(6, item)}) for item in range(1, ITEMS)]
    cell(tmp_path, "third", "mednli", part, access="open")
    row = study(tmp_path, OTHERS | pair(0.3))["tuned", "difficulty"].slope
    assert (row.n, row.models) == (ITEMS, 3)


def test_length_is_points_per_doubling(tmp_path: Path) -> None:
    def falling(item: int) -> float:
        return 0.9 - 0.05 * (item % 4) + (0.001 if item in (3, 8) else 0.0)

    models: dict[str, tuple[str | None, Score]] = {
        "base": (None, lambda item: 0.5),
        "tuned": ("base", falling),
    }
    row = study(tmp_path, models, lambda item: 100 * 2 ** (item % 4))["tuned", "length"].slope
    assert row.slope == pytest.approx(-5, abs=0.02)
    assert row.models == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("difficulty", "the difficulty needs 2 models of other families of bases"),
        ("length", "it is the same for all items"),
    ],
)
def test_a_slope_that_cannot_be_had_gives_the_reason(
    tmp_path: Path, name: Property, reason: str
) -> None:
    rows = study(tmp_path, pair(0.3))
    slope = rows["tuned", name].slope
    assert slope.refused == reason
    assert slope.slope is slope.p is slope.q is slope.ci95 is None
    assert reason in slope_table(list(rows.values())).rows[0]


def test_a_pair_that_is_not_tested_has_no_slope(tmp_path: Path) -> None:
    same = pair(0.0)
    same["tuned"] = ("base", same["base"][1])
    row = study(tmp_path, OTHERS | same)["tuned", "difficulty"].slope
    assert row.refused == "the two models' scores are identical on all 16 items"


def test_all_slopes_of_a_study_are_one_family(results: StudyResults) -> None:
    (setting,) = results.settings
    rows = setting.slopes
    assert len(rows) == 2 * 6 * len(PAIRS)
    assert {row.slope.hypotheses for row in rows} == {len(rows)}
    p = [np.nan if row.slope.p is None else row.slope.p for row in rows]
    assert [np.nan if row.slope.q is None else row.slope.q for row in rows] == pytest.approx(
        benjamini_hochberg(p), nan_ok=True
    )
    assert [row.key for row in rows] == sorted(row.key for row in rows)


def test_text_and_table_have_the_numbers_of_the_row(results: StudyResults) -> None:
    (setting,) = results.settings
    table = slope_table(setting.slopes)
    assert len(table.rows) == len(setting.slopes) / 2
    cells = {text for line in table.rows for text in line}
    for row in setting.slopes:
        if row.slope.slope is None:
            assert row.slope.refused in cells
            continue
        text = sentence(row)
        shown = text.partition("(slope ")[2].partition(", 95 % CI ")
        value, limits = shown[0], shown[2].partition(";")[0]
        assert f"{value} [{limits}]" in cells
        assert float(value.replace("−", "-")) == pytest.approx(row.slope.slope, abs=0.6)
        assert ("falls" in text) == (row.slope.slope < 0)
    settled = sum(row.slope.q is not None and row.slope.q <= 0.05 for row in setting.slopes)
    (section,) = [one for one in sections(setting, quick()) if one.anchor == "where"]
    assert section.paragraphs[0].startswith("[synthetic scores] Exploratory.")
    assert f"{settled} of {len(setting.slopes)} slopes differ" in lead(setting.slopes, 0.05)
