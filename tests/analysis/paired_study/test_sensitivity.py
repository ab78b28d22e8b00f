from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.paired_study.sensitivity import PRIMARY, patient, score_series, variants
from analysis.stats.paired import Paired
from clue.records import Record
from tests.analysis.paired_study.stores import record
from tests.analysis.paired_study.test_series import aligned

TEXT = ("rougeL", "rouge1", "rouge2", "bertscore_f1")


def texts(shift: float, **flags: list[int]) -> list[Record]:
    """Ten answers; flags name the places where they hold."""
    rng = np.random.default_rng(3)
    return [
        record(
            f"{index}",
            {
                name: float(value)
                for name, value in zip(TEXT, rng.random(4) / 2 + shift, strict=True)
            },
            **{name: index in indices for name, indices in flags.items()},
        )
        for index in range(10)
    ]


def score_series_of(
    store: Path, base: list[Record], tuned: list[Record], task: str = "meqsum"
) -> dict[str, Paired]:
    pair = aligned(store, task, base, tuned)
    return score_series(pair, variants(pair.score))


def test_the_primary_score_is_the_mean_of_its_metrics(tmp_path: Path) -> None:
    series = score_series_of(tmp_path, texts(0), texts(0.123))
    assert series[PRIMARY].sums.delta == pytest.approx(12.3)


def test_flagged_answers_of_either_model_are_dropped(tmp_path: Path) -> None:
    series = score_series_of(
        tmp_path, texts(0, truncated=[1], unparsed=[4]), texts(0.1, empty=[2], unparsed=[1])
    )
    sizes = {name: len(series.ids) for name, series in series.items()}
    assert sizes["not_truncated"] == 9
    assert sizes["not_degenerate"] == 8
    assert sizes["both_parsed"] == 8


def test_mostly_repeated_answers_are_degenerate(tmp_path: Path) -> None:
    rows = [record(str(i), dict.fromkeys(TEXT, i / 10), repeated=i / 9) for i in range(10)]
    series = score_series_of(tmp_path, rows, rows)
    assert series["not_degenerate"].ids == tuple("01234")


def test_one_presentation_is_the_first_wording_of_the_first_repeat_with_all_draws(
    tmp_path: Path,
) -> None:
    def rows(first: float) -> list[Record]:
        return [
            record("a", {"accuracy": 0.0 if any(n) else first}, n[0], wording=n[1], draw=n[2])
            for n in product((0, 1), repeat=3)
        ]

    series = score_series_of(tmp_path, rows(0.0), rows(1.0), "longhealth1")
    assert series[PRIMARY].tuned.tolist() == [12.5]
    assert series["one_repeat"].tuned.tolist() == [50]


def test_draws_alone_are_no_presentations_to_choose_from(tmp_path: Path) -> None:
    rows = [record(n, {"accuracy": float(d == 0)}, draw=d) for n in "ab" for d in range(3)]
    assert "one_repeat" not in score_series_of(tmp_path, rows, rows, "mednli")


def test_one_presentation_keeps_items_that_no_first_prompt_asked(tmp_path: Path) -> None:
    """Items of a population of prompts have different numbers of prompts."""

    def rows(score: float) -> list[Record]:
        asked = {"a": (0, 2), "b": (1, 2), "c": (2,)}
        return [
            record(item, {"accuracy": score * (number == min(numbers))}, wording=number)
            for item, numbers in asked.items()
            for number in numbers
        ]

    series = score_series_of(tmp_path, rows(0.0), rows(1.0), "mednli")
    assert series[PRIMARY].tuned.tolist() == [50, 50, 100]
    assert series["one_repeat"].tuned.tolist() == [100, 100, 100]


def test_an_analysis_that_changes_nothing_has_no_series(tmp_path: Path) -> None:
    series = score_series_of(tmp_path, texts(0), texts(0.1))
    assert set(series) == {PRIMARY, "two_decimals", "equal_spread", *(f"without_{n}" for n in TEXT)}


def test_two_decimals_round_each_score(tmp_path: Path) -> None:
    rows = [record(n, dict.fromkeys(TEXT, x)) for n, x in (("a", 0.004), ("b", 0.1249))]
    series = score_series_of(tmp_path, rows, [record(n, dict.fromkeys(TEXT, 0.2)) for n in "ab"])
    assert series["two_decimals"].base == pytest.approx([0, 12])


def test_equal_spread_weighs_inversely_to_the_bases_spread(tmp_path: Path) -> None:
    wide = {"rougeL": 4.0, "rouge1": 1.0, "rouge2": 1.0, "bertscore_f1": 1.0}
    base = [
        record(n, {name: 0.1 * x * w for name, w in wide.items()}) for n, x in (("a", 0), ("b", 1))
    ]
    tuned = [
        record(n, {**row.scores, "rougeL": row.scores["rougeL"] + 0.5})
        for n, row in zip("ab", base, strict=True)
    ]  # type: ignore[operator]
    series = score_series_of(tmp_path, base, tuned)
    assert series[PRIMARY].sums.delta == pytest.approx(50 / 4)
    assert series["equal_spread"].sums.delta == pytest.approx(50 * 0.25 / 3.25)


def test_a_metric_is_left_out_and_the_rest_weigh_the_same(tmp_path: Path) -> None:
    base = [record(n, dict.fromkeys(TEXT, 0.0)) for n in "ab"]
    tuned = [record(n, dict(zip(TEXT, (0.1, 0.2, 0.3, 0.4), strict=True))) for n in "ab"]
    series = score_series_of(tmp_path, base, tuned)
    assert series["without_rougeL"].sums.delta == pytest.approx(30)
    assert series["without_bertscore_f1"].sums.delta == pytest.approx(20)


def test_a_score_of_one_metric_is_not_left_without_it(tmp_path: Path) -> None:
    rows = [record(n, {"accuracy": 1.0, "accuracy_upstream": 1.0}) for n in "ab"]
    assert set(score_series_of(tmp_path, rows, rows, "mednli")) == {PRIMARY}


def test_the_authors_rules_stand_in_for_ours(tmp_path: Path) -> None:
    base = [record(n, {"accuracy": 1.0, "accuracy_upstream": 0.0}) for n in "ab"]
    tuned = [record(n, {"accuracy": 1.0, "accuracy_upstream": 1.0}) for n in "ab"]
    series = score_series_of(tmp_path, base, tuned, "mednli")
    assert series[PRIMARY].sums.delta == 0
    assert series["upstream_rules"].sums.delta == 100


def test_the_likeliest_option_stands_in_for_the_generated_answer(tmp_path: Path) -> None:
    base = [record(n, {"accuracy": 0.0, "accuracy_choice": 1.0}) for n in "ab"]
    tuned = [
        record(n, {"accuracy": 1.0, "accuracy_choice": x})
        for n, x in zip("ab", (1.0, 0.5), strict=True)
    ]
    series = score_series_of(tmp_path, base, tuned, "mednli")
    assert series[PRIMARY].sums.delta == 100
    assert series["likeliest_option"].sums.delta == -25


def test_clusters_are_ignored_or_widened_to_patients(tmp_path: Path) -> None:
    names = [*TEXT, "umls_f1"]
    rows = [
        record(f"{i}", dict.fromkeys(names, i / 10), cluster=f"1000{i // 2}-DS-{i % 2}")
        for i in range(6)
    ]
    series = score_series_of(tmp_path, rows, rows, "medisumqa")
    assert series[PRIMARY].sums.n_clusters == 6
    assert series["clusters_patients"].sums.sizes.tolist() == [2, 2, 2]
    assert "clusters_ignored" in series
    assert patient("10000032-DS-21") == "10000032"
    assert patient("premise 10000032-DS-21") == "premise 10000032-DS-21"


def test_only_the_first_presentation_is_kept(tmp_path: Path) -> None:
    def rows(*right: int) -> list[Record]:
        return [record("a", {"accuracy": x}, i) for i, x in enumerate(right)]

    series: dict[str, Any] = score_series_of(tmp_path, rows(0, 1), rows(1, 1), "longhealth1")
    assert series[PRIMARY].sums.delta == 50
    assert series["one_repeat"].sums.delta == 100


def test_without_a_metric_of_the_score_there_is_no_score(tmp_path: Path) -> None:
    rows = [record(n, {"rougeL": 0.5}) for n in "ab"]
    assert not score_series_of(tmp_path, rows, rows)
