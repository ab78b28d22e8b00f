"""Sample logs of lm-evaluation-harness, written by itself and malformed ones made of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.errors import ResultsError
from analysis.readers import ReadRequest, read, read_file
from tests.analysis.readers import logs

STRICT = "exact_match,strict-match"
FLEXIBLE = "exact_match,flexible-extract"


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The log of the base model with a change to every line."""
    lines = entries(logs.harness("base"))
    for line in lines:
        change(line)
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("model", logs.MODELS)
@pytest.mark.parametrize("name", ["strict-match", "flexible-extract"])
def test_the_lines_of_one_filter_are_read(model: str, name: str) -> None:
    path = logs.harness(model)
    results = read(path, f"exact_match,{name}")
    expected = [line["exact_match"] for line in entries(path) if line["filter"] == name]
    assert list(results.scores) == expected
    assert [row.sample_id for row in results.rows] == [str(number) for number in range(12)]
    assert (results.name, results.scored) == (
        f"guesser__{model}",
        f"rooms_gen (exact_match,{name})",
    )


def test_the_two_filters_differ_so_that_a_mix_up_would_show() -> None:
    assert read(logs.harness("base"), STRICT).scores != read(logs.harness("base"), FLEXIBLE).scores


@pytest.mark.parametrize("score", [None, "exact_match", "exact_match,none"])
def test_a_metric_with_several_filters_needs_the_filter(score: str | None) -> None:
    with pytest.raises(ResultsError, match=f"there are: {FLEXIBLE}; {STRICT}"):
        read(logs.harness("base"), score)


@pytest.mark.parametrize("score", ["acc", "acc,none"])
def test_a_metric_with_one_filter_does_not_need_it(score: str) -> None:
    path = logs.harness("tuned", "rooms_mc")
    assert list(read(path, score).scores) == [line["acc"] for line in entries(path)]


@pytest.mark.parametrize("field", ["house", "doc.house"])
def test_the_cluster_field_may_lie_in_the_document(field: str) -> None:
    clusters = [row.cluster for row in read(logs.harness("base"), STRICT, field).rows]
    assert clusters == [f"house {number // 4}" for number in range(12)]


def test_without_a_cluster_field_there_are_no_clusters() -> None:
    assert {row.cluster for row in read(logs.harness("base"), STRICT).rows} == {None}


def test_a_cluster_field_that_no_document_has_lists_the_fields() -> None:
    with pytest.raises(ResultsError, match="there are: answer, choices, house, question"):
        read(logs.harness("base"), STRICT, "patient")


def test_the_digests_are_those_of_the_log() -> None:
    path = logs.harness("base")
    first = entries(path)[0]
    row = read(path, STRICT).rows[0]
    assert row.digests == {kind: first[f"{kind}_hash"] for kind in ("doc", "prompt", "target")}
    assert row.content == first["doc_hash"]


def test_logs_of_versions_without_digests_are_proved_by_their_texts(tmp_path: Path) -> None:
    def older(line: dict[str, Any]) -> None:
        for name in ("doc_hash", "prompt_hash", "target_hash", "metrics"):
            del line[name]

    results = read(changed(tmp_path, older), STRICT)
    assert set(results.rows[0].digests) == {"doc text", "target text"}
    assert results.scores == read(logs.harness("base"), STRICT).scores


def test_a_measure_of_the_whole_corpus_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda line: line.update(exact_match=["a text", "another"]))
    with pytest.raises(ResultsError, match="no score per sample") as error:
        read(path, STRICT)
    assert "a text" not in str(error.value)


def test_a_line_without_the_metric_is_an_error(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda line: line.pop("exact_match") if line["doc_id"] == 5 else None)
    with pytest.raises(ResultsError, match="line 6, exact_match: the score is empty"):
        read(path, STRICT)


def test_the_whole_log_may_be_one_array(tmp_path: Path) -> None:
    path = tmp_path / "samples.json"
    path.write_text(json.dumps(entries(logs.harness("base")), indent=4))
    assert read(path, STRICT).scores == read(logs.harness("base"), STRICT).scores


@pytest.mark.parametrize("field", ["question", "doc.question", "doc_hash"])
def test_the_id_may_be_another_field_of_the_line_or_the_document(field: str) -> None:
    path = logs.harness("base")
    rows = read_file(ReadRequest(path, STRICT, sample_id=field)).rows
    first = entries(path)[0]
    assert rows[0].sample_id == (first | first["doc"])[field.removeprefix("doc.")]


def test_an_id_field_that_is_not_there_lists_the_fields() -> None:
    with pytest.raises(ResultsError, match="no field key for the id; there are: answer, choices"):
        read_file(ReadRequest(logs.harness("base"), STRICT, sample_id="key"))
