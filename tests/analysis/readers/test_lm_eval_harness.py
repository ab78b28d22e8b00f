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


def test_logs_of_versions_without_digests_are_verified_by_their_texts(tmp_path: Path) -> None:
    def older(line: dict[str, Any]) -> None:
        for name in ("doc_hash", "prompt_hash", "target_hash", "metrics"):
            del line[name]

    results = read(changed(tmp_path, older), STRICT)
    assert set(results.rows[0].digests) == {"doc text", "prompt", "target text"}
    digests = [row.digests["prompt"] for row in results.rows]
    with_digests = read(logs.harness("base"), STRICT).rows
    assert digests == [row.digests["prompt"] for row in with_digests]
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


def test_requests_as_lists_have_the_same_digest_as_requests_as_objects(tmp_path: Path) -> None:
    def older(line: dict[str, Any]) -> None:
        del line["prompt_hash"]
        requests = line["arguments"].values()
        line["arguments"] = [[request["arg_0"], request["arg_1"]] for request in requests]

    results = read(changed(tmp_path, older), STRICT)
    assert results.rows == read(logs.harness("base"), STRICT).rows
    assert results.settings == read(logs.harness("base"), STRICT).settings


def test_generation_settings_are_those_that_all_requests_share(tmp_path: Path) -> None:
    def temperature(line: dict[str, Any]) -> None:
        options = line["arguments"]["gen_args_0"]["arg_1"]
        options |= {"temperature": 0.5, "seed": line["doc_id"]}

    settings = read(changed(tmp_path, temperature), STRICT).settings
    assert settings == {"until": r"['\n']", "max_gen_toks": "4", "temperature": "0.5"}
    assert read(logs.harness("tuned", "rooms_mc"), "acc").settings == {}


@pytest.mark.parametrize("score", [None, "exact_match", STRICT])
def test_a_filter_is_chosen_by_its_name(score: str | None) -> None:
    path = logs.harness("base")
    results = read_file(ReadRequest(path, score, filter_name="strict-match"))
    assert (results.score, results.scores) == (STRICT, read(path, STRICT).scores)


def test_an_unknown_filter_lists_the_filters() -> None:
    with pytest.raises(ResultsError, match="no filter x; there are: flexible-extract, strict-ma"):
        read_file(ReadRequest(logs.harness("base"), filter_name="x"))
    mc = ReadRequest(logs.harness("base", "rooms_mc"), "acc", filter_name="none")
    assert read_file(mc).score == "acc"


def nameless(tmp_path: Path, order: Callable[[dict[str, Any]], object]) -> Path:
    """The log of the base model without names of filters, as of versions 0.4.3 to 0.4.6."""
    lines = sorted(entries(logs.harness("base")), key=order)  # type: ignore[arg-type]
    path = tmp_path / "log.jsonl"
    for line in lines:
        del line["filter"], line["metrics"]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("key", [lambda line: 0, lambda line: line["doc_id"]])
def test_filters_without_names_are_numbered(
    tmp_path: Path, key: Callable[[dict[str, Any]], object]
) -> None:
    path = nameless(tmp_path, key)
    for number, name in enumerate((STRICT, FLEXIBLE), start=1):
        expected = read(logs.harness("base"), name).scores
        assert read(path, f"exact_match,{number}").scores == expected
        assert read_file(ReadRequest(path, filter_name=str(number))).scores == expected
    with pytest.raises(
        ResultsError, match=r"order of the task file; choose one with --filter \(1, 2\)"
    ):
        read(path)


def test_filters_without_names_must_have_all_documents(tmp_path: Path) -> None:
    path = nameless(tmp_path, lambda line: 0)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ResultsError, match="the lines of a filter cannot be told apart"):
        read(path)


def test_copies_of_lines_are_no_filters(tmp_path: Path) -> None:
    path = nameless(tmp_path, lambda line: 0)
    lines = path.read_text().splitlines(keepends=True)[:12]
    path.write_text("".join(lines * 2))
    assert len(read(path).rows) == 24
