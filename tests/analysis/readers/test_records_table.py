"""This project's own tables."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from analysis import compare
from analysis.errors import ResultsError
from analysis.readers import read
from clue.errors import StoreError
from clue.records import Completion, Record
from clue.store.records_table import SIGNATURES as SIGNATURES_KEY
from clue.store.records_table import RecordsTable, write_table
from clue.store.sealed_parquet import SEAL

SIGNATURES = {"rouge1": "rouge-score 0.1.2", "umls_f1": "scispacy 0.6.2"}
FACTS = {
    "model": "small",
    "task": "meqsum",
    "score": ["rouge1", "umls_f1"],
    "generation": {"model": {"repo": "some/small", "dtype": "float32"}, "decoding": "greedy"},
}


def record(number: int, scores: Mapping[str, float | None]) -> Record:
    return Record(
        task="meqsum",
        model="small",
        sample_id=f"s{number}",
        repeat=0,
        cluster=f"c{number // 2}",
        prompt_sha256=f"prompt {number}",
        target_sha256=f"target {number}",
        completion=Completion("a secret answer", "stop", 3, 3, 0.1),
        answer="a secret answer",
        scores=scores,
    )


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rouge, umls = (0.5, 0.25, 1.0, 0.0), (1.0, None, None, 0.5)
    records = [
        record(number, {"rouge1": one, "umls_f1": two})
        for number, (one, two) in enumerate(zip(rouge, umls, strict=True))
    ]
    return write_table(tmp_path / "records-1.parquet", RecordsTable(records, SIGNATURES, FACTS))


def test_a_metric_is_read_with_all_that_proves_it(table: Path) -> None:
    results = read(table, "rouge1")
    assert results.scores == (0.5, 0.25, 1.0, 0.0)
    assert (results.name, results.scored) == ("small", "meqsum (rouge1)")
    assert results.signature == "rouge1: rouge-score 0.1.2"
    assert results.settings == {"model.dtype": "float32", "decoding": "greedy"}
    assert [row.cluster for row in results.rows] == ["c0", "c0", "c1", "c1"]
    assert results.rows[1].digests == {"prompt": "prompt 1", "target": "target 1"}


def test_made_up_answers_are_marked_in_the_comparison(table: Path, tmp_path: Path) -> None:
    generation = {**FACTS["generation"], "backend": {"name": "fake"}}  # type: ignore[dict-item]
    records = [record(number, {"rouge1": number / 4}) for number in range(4)]
    facts = {**FACTS, "generation": generation, "demo": True, "limit": 4}
    path = write_table(tmp_path / "records-2.parquet", RecordsTable(records, SIGNATURES, facts))
    result = compare(table, path, score="rouge1")
    marks = ("fake answers", "fictional data", "partial: limit 4")
    assert result.sentence.startswith(f"[{'; '.join(marks)}] ")
    document = result.as_dict()
    assert document["marks"] == list(marks)
    assert (document["base"]["marks"], document["tuned"]["marks"]) == ([], list(marks))
    assert compare(table, table, score="rouge1").sentence.startswith("On meqsum (rouge1) tuned")


def test_a_metric_that_the_reference_leaves_undefined_is_none(table: Path) -> None:
    assert read(table, "umls_f1").scores == (1.0, None, None, 0.5)


def test_the_task_score_is_the_default_and_its_mean_that_of_the_means(table: Path) -> None:
    results = read(table)
    assert results.scored == "meqsum"
    expected = (np.mean([0.5, 0.25, 1, 0]) + np.mean([1, 0.5])) / 2
    assert np.mean(np.array(results.scores, dtype=float)) == pytest.approx(expected, abs=1e-15)


def test_a_table_without_a_task_score_needs_the_metric(tmp_path: Path) -> None:
    path = tmp_path / "records-1.parquet"
    write_table(path, RecordsTable([record(0, {"rouge1": 1.0, "umls_f1": 1.0})], SIGNATURES, {}))
    with pytest.raises(ResultsError, match="there are: rouge1; umls_f1"):
        read(path)


def test_its_only_cluster_field_is_the_cluster(table: Path) -> None:
    assert read(table, cluster="cluster").rows == read(table).rows
    with pytest.raises(ResultsError, match="no field patient to cluster by; there is: cluster"):
        read(table, cluster="patient")


def test_a_score_out_of_range_is_an_error(tmp_path: Path) -> None:
    wrong = replace(record(0, {}), scores={"rouge1": 1.5})
    path = write_table(tmp_path / "records-1.parquet", RecordsTable([wrong], SIGNATURES, FACTS))
    with pytest.raises(StoreError, match="not between 0 and 1"):
        read(path, "rouge1")


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"9" * 5000, b"\xff"])
def test_damaged_signatures_are_named(table: Path, content: bytes) -> None:
    rows = pq.read_table(table)
    metadata = {key: text for key, text in rows.schema.metadata.items() if key != SEAL}
    pq.write_table(rows.replace_schema_metadata({**metadata, SIGNATURES_KEY: content}), table)
    with pytest.raises(StoreError, match=r"records-1\.parquet is left out: damaged"):
        read(table)
