"""Sources of the error of a difference, on small stores and the synthetic study."""

import math
from pathlib import Path

import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.variance_table import VarianceRow
from analysis.report.tables.variance import variance
from analysis.report.variance_in_words import by_task
from benchmarks.found_study import found_study
from clue.records import Record
from tests.analysis.paired_study.conftest import PAIRS, quick
from tests.analysis.paired_study.stores import cell, record

CLUSTERS, ITEMS, REPEATS = 8, 4, 3


def answers(tuned: bool, cut: int = 0, wordings: int = 1) -> list[Record]:
    """Scores of a model whose difference from its base varies at all levels."""
    records = []
    for number in range(CLUSTERS * ITEMS * REPEATS - cut):
        item, cluster = number // REPEATS, number // REPEATS // ITEMS
        difference = (
            0.12 * math.sin(3 * (cluster + 1))
            + 0.07 * math.sin(5 * item + 1)
            + 0.05 * math.sin(11 * number + 2)
        )
        for wording in range(wordings):
            score = 0.5 + tuned * (difference + 0.03 * math.sin(13 * (number * 2 + wording)))
            where = {"repeat": number % REPEATS, "wording": wording}
            records.append(
                record(
                    f"s{item:02}",
                    {"accuracy": round(score, 6)},
                    cluster=f"patient {cluster}",
                    prompt=f"{number}/{wording}",
                    **where,
                )
            )
    return records


def row(store: Path, **changes: int) -> VarianceRow:
    cell(store, "b", "mednli", answers(False, **changes), access="open")
    cell(store, "t", "mednli", answers(True, **changes), base="b", access="open")
    (setting,) = run(found_study(store), quick(sensitivity=False)).settings
    (only,) = setting.variance
    return only


def test_three_levels_add_up_and_predict_the_error(tmp_path: Path) -> None:
    shares = row(tmp_path).shares
    assert list(shares.of("share_")) == ["clusters", "items", "repeats"]
    assert sum(shares.of("share_").values()) == pytest.approx(1)
    assert shares.n_answers == CLUSTERS * ITEMS * REPEATS
    assert shares.se is not None
    assert shares.se_twice_clusters == pytest.approx(shares.se / 2**0.5)
    assert shares.se_twice_items is not None
    assert shares.se_twice_repeats is not None
    assert shares.se_twice_clusters < shares.se_twice_items < shares.se_twice_repeats < shares.se
    assert shares.most == "clusters"
    assert shares.negative is None


def test_wordings_are_a_level_of_their_own(tmp_path: Path) -> None:
    shares = row(tmp_path, wordings=2).shares
    assert list(shares.of("share_")) == ["clusters", "items", "repeats", "wordings"]
    assert shares.n_answers == 2 * CLUSTERS * ITEMS * REPEATS


def test_unequal_presentations_keep_the_weights_of_the_mean(tmp_path: Path) -> None:
    shares = row(tmp_path, cut=2).shares
    assert shares.n_answers == CLUSTERS * ITEMS * REPEATS - 2
    assert sum(shares.of("share_").values()) == pytest.approx(1)


def test_one_answer_per_item_and_cluster_has_one_level(results: StudyResults) -> None:
    (setting,) = results.settings
    levels = {one.key.task: list(one.shares.of("share_")) for one in setting.variance}
    assert levels["meqsum"] == ["items"]
    assert levels["mednli"] == ["clusters", "items"]
    assert levels["longhealth"] == ["clusters", "items", "repeats"]
    assert len(setting.variance) == 6 * len(PAIRS)


def test_errors_are_those_of_the_comparison(results: StudyResults) -> None:
    (setting,) = results.settings
    of_rows = {
        (one.key.tuned, one.key.task): one.comparison.se_cr2
        for one in setting.rows
        if one.key.scope == "task" and one.key.analysis == "primary"
    }
    for one in setting.variance:
        if one.shares.refused is None:
            assert one.shares.se == of_rows[one.key.tuned, one.key.task]
            assert one.shares.se_twice_items is not None


def test_a_pair_that_is_not_tested_gives_the_reason(tmp_path: Path) -> None:
    cell(tmp_path, "b", "mednli", answers(False), access="open")
    cell(tmp_path, "t", "mednli", answers(False), base="b", access="open")
    (setting,) = run(found_study(tmp_path), quick(sensitivity=False)).settings
    (only,) = setting.variance
    assert only.shares.se is None
    reason = "the two models' scores are identical on all 32 items"
    assert only.shares.refused == reason
    assert variance([only]).rows[0][-1] == reason
    assert list(by_task([only])) == []


def test_sentence_and_table_have_the_numbers_of_the_row(tmp_path: Path) -> None:
    only = row(tmp_path)
    shares = only.shares
    (sentence,) = by_task([only])
    line = dict(zip(variance([only]).columns, variance([only]).rows[0], strict=True))
    for level, name in (("clusters", "clusters"), ("repeats", "presentations")):
        percent = f"{100 * shares.of('share_')[level]:.0f}"
        assert line[f"{name} %"] == percent
        assert f"{percent} % between {name}" in sentence
        assert line[f"SE, twice the {name}"] == f"{shares.of('se_twice_')[level]:.2f}"
    assert "to 71 % with twice the clusters" in sentence
    assert line["shrinks it most"] == "clusters"
