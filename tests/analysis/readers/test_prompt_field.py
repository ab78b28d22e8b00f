"""The field with the prompt of a row, in every format that has fields."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.errors import ResultsError
from analysis.readers import ReadRequest, read_file
from clue.store.records_table import RecordsTable, write_table
from tests.analysis.readers import logs
from tests.analysis.readers.test_benchmark_suites import BASE, SCORES, WRITERS
from tests.analysis.readers.test_clue_authors import MEDNLI, predictions
from tests.analysis.readers.test_inspect_samples_df import rows, write
from tests.analysis.readers.test_records_table import FACTS, SIGNATURES, record
from tests.analysis.readers.test_tabular import ROWS, jsonl

FILES: dict[str, tuple[Callable[[Path], Path], str | None, str]] = {
    "CSV": (lambda folder: jsonl(folder / "rows", ROWS), "score", "cluster"),
    "harness": (lambda _: logs.harness("base"), "exact_match,strict-match", "house"),
    "harness, doc.": (lambda _: logs.harness("base"), "exact_match,strict-match", "doc.house"),
    "inspect_ai": (lambda _: logs.inspect("base"), "match", "house"),
    "samples_df": (lambda folder: write(folder / "base.csv", rows("base")), None, "house"),
    "lighteval": (
        lambda folder: WRITERS["lighteval"](folder, "knee", BASE),
        SCORES["lighteval"],
        "specific.house",
    ),
    "Every Eval Ever": (
        lambda folder: WRITERS["Every Eval Ever"](folder, "knee", BASE),
        None,
        "house",
    ),
    "CLUE's authors": (
        lambda folder: predictions(folder, MEDNLI),
        None,
        "Ground Truth Answer",
    ),
}
"""Format to its file, score, and a field that may name clusters and prompts alike."""


@pytest.mark.parametrize("form", FILES)
def test_a_field_names_the_prompt_as_it_names_the_cluster(form: str, tmp_path: Path) -> None:
    make, score, field = FILES[form]
    results = read_file(ReadRequest(make(tmp_path), score, field, prompt=field))
    assert len({row.prompt for row in results.rows}) > 1
    assert [row.prompt for row in results.rows] == [row.cluster for row in results.rows]
    without = read_file(ReadRequest(results.path, score, field))
    assert {row.prompt for row in without.rows} == {None}


def test_records_of_this_project_have_wordings(tmp_path: Path) -> None:
    one = record(0, {"rouge1": 0.5, "umls_f1": 1.0})
    records = [one, replace(one, wording=3)]
    path = write_table(tmp_path / "records-1.parquet", RecordsTable(records, SIGNATURES, FACTS))
    read = read_file(ReadRequest(path, prompt="wording"))
    assert [row.prompt for row in read.rows] == ["0", "3"]
    with pytest.raises(ResultsError, match="no field reader with the prompt; there is: wording"):
        read_file(ReadRequest(path, prompt="reader"))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "row 1: the field p is empty, so the prompt is unknown"),
        (None, "the prompt is unknown"),
    ],
)
def test_a_row_without_its_prompt_is_an_error(tmp_path: Path, value: object, problem: str) -> None:
    path = jsonl(tmp_path / "rows", [{"sample_id": "a", "score": 1, "p": value}])
    with pytest.raises(ResultsError, match=problem):
        read_file(ReadRequest(path, prompt="p"))


def test_a_prompt_column_of_numbers_is_no_score_and_a_missing_one_is_an_error(
    tmp_path: Path,
) -> None:
    path = jsonl(tmp_path / "rows", [{"sample_id": "a", "accuracy": 1, "reader": 2}])
    assert read_file(ReadRequest(path, prompt="reader")).score == "accuracy"
    with pytest.raises(ResultsError, match="no field wording with the prompt; there are: accu"):
        read_file(ReadRequest(path, "accuracy", prompt="wording"))
