"""`predictions.json` as the scripts of CLUE's authors write it."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import ResultsError
from analysis.readers import read

MEDNLI = [
    {"ACCURACY": 1, "Model Answer": "ENTAILMENT", "Ground Truth Answer": "entailment"},
    {"ACCURACY": 0, "Model Answer": "no idea", "Ground Truth Answer": "neutral"},
]
MEQSUM = [
    {"Model Answer": "why", "Ground Truth Answer": "why?", "ROUGE_L": "0.67", "BERT_F1": "1.00"},
    {"Model Answer": "", "Ground Truth Answer": "how?", "ROUGE_L": "0.00", "BERT_F1": "0.50"},
]


def predictions(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    path = tmp_path / "llama" / "predictions.json"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_lines_are_samples_in_their_order(tmp_path: Path) -> None:
    results = read(predictions(tmp_path, MEDNLI))
    assert (results.score, results.scores, results.name) == ("ACCURACY", (1.0, 0.0), "llama")
    assert [row.sample_id for row in results.rows] == ["1", "2"]


def test_scores_written_as_texts_are_numbers(tmp_path: Path) -> None:
    assert read(predictions(tmp_path, MEQSUM), "ROUGE_L").scores == (0.67, 0.0)


def test_several_metrics_and_none_named_is_a_question(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there are: BERT_F1; ROUGE_L"):
        read(predictions(tmp_path, MEQSUM))


def test_the_reference_proves_which_sample_it_is(tmp_path: Path) -> None:
    one, two = read(predictions(tmp_path, MEDNLI)).rows
    assert set(one.digests) == {"target"}
    assert one.digests != two.digests
    assert "entailment" not in str(one)


def test_a_line_without_reference_or_score_is_an_error(tmp_path: Path) -> None:
    path = predictions(tmp_path, [MEDNLI[0], {"ACCURACY": 1}])
    with pytest.raises(ResultsError, match="line 2: no field Ground Truth Answer"):
        read(path)
    path.write_text(json.dumps(MEDNLI[0]) + "\n" + json.dumps({"Ground Truth Answer": "x"}))
    with pytest.raises(ResultsError, match="line 2, ACCURACY: the score is empty"):
        read(path)


def test_running_averages_of_longhealth_are_refused(tmp_path: Path) -> None:
    rows = [{"correct": "A", "prediction": "The correct answer is A:", "accuracy": 100.0}]
    with pytest.raises(ResultsError, match="running average"):
        read(predictions(tmp_path, rows))
