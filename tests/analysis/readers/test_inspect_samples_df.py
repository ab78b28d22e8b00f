"""Tables of inspect_ai's `samples_df`."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import compare
from analysis.errors import PairingError, ResultsError
from analysis.readers import read

GRADES = {"base": "CICIIICICCIIICICIIIC", "tuned": "CCCCCICCCCICCCCCIICC"}


def rows(model: str) -> list[dict[str, Any]]:
    return [
        {
            "sample_id": f"{model}{number}",  # random in every run
            "eval_id": model,
            "log": f"/logs/{model}.eval",
            "id": f"q{number // 2}",
            "epoch": 1 + number % 2,
            "input": f"user:\nWhere is room {number // 2}?\n",
            "choices": '["0", "1"]',
            "target": "A",
            "metadata_house": f"house {number // 4}",
            "score_choice": grade,
            "error": "",
        }
        for number, grade in enumerate(GRADES[model])
    ]


def write(path: Path, table: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    return path


@pytest.mark.parametrize("cluster", ["house", "metadata_house"])
@pytest.mark.parametrize("score", [None, "choice", "score_choice"])
def test_samples_and_epochs_are_matched(tmp_path: Path, cluster: str, score: str | None) -> None:
    paths = [write(tmp_path / f"{model}.csv", rows(model)) for model in GRADES]
    result = compare(*paths, score=score, cluster=cluster)
    comparison = result.comparison
    assert (comparison.n, comparison.n_clusters) == (10, 5)
    assert (comparison.mean_base, comparison.mean_tuned) == (0.4, 0.8)
    assert result.pairing.ledger.repeats == (2, 2)
    assert result.pairing.ledger.verified == ("prompt text", "target text")
    assert not any("no digests" in note for note in result.notes)


def test_a_frame_is_read_as_its_file(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{model}.csv", rows(model)) for model in GRADES]
    frames = [pd.DataFrame(rows(model)) for model in GRADES]
    assert compare(*frames).comparison == compare(*paths).comparison


def test_empty_scores_were_never_given(tmp_path: Path) -> None:
    table = rows("base")
    table[3] |= {"score_choice": "", "error": "no connection"}
    results = read(write(tmp_path / "base.csv", table))
    assert (len(results.rows), results.unscored) == (19, 1)


def test_other_prompts_are_refused(tmp_path: Path) -> None:
    base, tuned = rows("base"), rows("tuned")
    tuned[0]["input"] = "user:\nAnother question\n"
    paths = [write(tmp_path / "base.csv", base), write(tmp_path / "tuned.csv", tuned)]
    with pytest.raises(PairingError, match="the prompt text of 1 sample differs"):
        compare(*paths)
    assert compare(*paths, allow_different_prompts=True).pairing.ledger.differing == (
        "prompt text",
    )


def test_several_evaluations_in_a_table_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "all.csv", [*rows("base"), *rows("tuned")])
    with pytest.raises(ResultsError, match="several evaluations"):
        read(path)


def test_a_column_of_ones_own_can_be_the_score(tmp_path: Path) -> None:
    table = [row | {"points": 7 * (row["score_choice"] == "C")} for row in rows("base")]
    scores = read(write(tmp_path / "base.csv", table), "points").scores
    assert [score == 7 for score in scores] == [grade == "C" for grade in GRADES["base"]]
