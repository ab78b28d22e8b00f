"""Logs of inspect_ai, written by itself and malformed ones made of them."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.errors import ResultsError
from analysis.pairing.pair_files import pair
from analysis.readers import ReadRequest, read, read_file
from tests.analysis.readers import logs


def log(model: str) -> dict[str, Any]:
    results: dict[str, Any] = json.loads(logs.inspect(model).read_text())
    return results


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The log of the base model with a change."""
    log_file = log("base")
    change(log_file)
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log_file))
    return path


@pytest.mark.parametrize("model", logs.MODELS)
@pytest.mark.parametrize("score", ["match", "parts.words", "parts.right"])
def test_means_are_those_that_inspect_ai_computed(model: str, score: str) -> None:
    results = read(logs.inspect(model), score)
    scorer, _, part = score.partition(".")
    (theirs,) = (
        entry["metrics"]
        for entry in log(model)["results"]["scores"]
        if entry["scorer"] == scorer and entry["name"] in (part or scorer)
    )
    mean = next(theirs[name]["value"] for name in ("accuracy", "mean") if name in theirs)
    assert np.mean(np.array(results.scores, dtype=float)) == pytest.approx(mean, abs=1e-12)
    assert (results.name, results.task) == ("mockllm/model", "rooms")


@pytest.mark.parametrize("score", ["match", "sometimes"])
def test_both_endings_hold_the_same(score: str) -> None:
    one, two = (read(logs.inspect("base", ending), score, "house") for ending in ("json", "eval"))
    assert sorted(zip(one.rows, one.scores, strict=True), key=str) == sorted(
        zip(two.rows, two.scores, strict=True), key=str
    )
    assert one.unscored == two.unscored


def test_epochs_are_repeats_of_a_sample() -> None:
    rows = read(logs.inspect("base"), "match").rows
    assert sorted((int(row.sample_id), row.repeat) for row in rows) == [
        (sample, epoch) for sample in range(16) for epoch in (1, 2)
    ]


def test_letters_mean_what_inspect_ai_means_by_them(tmp_path: Path) -> None:
    letters = ["C", "I", "P", "N", "yes", "False", 0.25, True, "0.75"]

    def relabel(log_file: dict[str, Any]) -> None:
        log_file["samples"] = log_file["samples"][: len(letters)]
        for sample, letter in zip(log_file["samples"], letters, strict=True):
            sample["scores"]["match"]["value"] = letter

    results = read(changed(tmp_path, relabel), "match")
    assert results.scores == (1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.25, 1.0, 0.75)


def test_unscored_answers_are_missing_and_counted() -> None:
    results = read(logs.inspect("base"), "sometimes")
    nan = sum(
        sample["scores"]["sometimes"]["value"] != sample["scores"]["sometimes"]["value"]
        for sample in log("base")["samples"]
    )
    assert results.unscored == nan == 32 - len(results.rows) == 9


def test_a_sample_that_ended_in_an_error_is_missing(tmp_path: Path) -> None:
    def fail(log_file: dict[str, Any]) -> None:
        log_file["samples"][3] |= {"error": {"message": "no connection"}, "scores": {}}
        log_file["samples"][4] |= {"error": {"message": "no connection"}}

    results = read(changed(tmp_path, fail), "match")
    assert (results.unscored, len(results.rows)) == (2, 30)


def test_scores_of_several_parts_are_named_after_scorer_and_part() -> None:
    listed = "there are: match; parts.right; parts.words; sometimes"
    with pytest.raises(ResultsError, match=listed):
        read(logs.inspect("base"))
    with pytest.raises(ResultsError, match=listed):
        read(logs.inspect("base"), "parts")


@pytest.mark.parametrize("field", ["house", "metadata.house"])
def test_the_cluster_field_may_lie_in_the_metadata(field: str) -> None:
    rows = read(logs.inspect("base"), "match", field).rows
    assert {row.cluster for row in rows} == {f"house {number}" for number in range(8)}


def test_a_field_of_the_sample_can_be_the_cluster() -> None:
    rows = read(logs.inspect("base"), "match", "target").rows
    assert {row.cluster for row in rows} == {"0", "1", "2"}


def test_ids_of_messages_are_no_part_of_what_was_asked() -> None:
    one, two = (read(logs.inspect(model), "match").rows for model in logs.MODELS)
    assert [row.digests for row in one] == [row.digests for row in two]
    inputs = [[sample["input"] for sample in log(model)["samples"]] for model in logs.MODELS]
    assert inputs[0] != inputs[1]


@pytest.mark.parametrize("change", ["input", "target"])
def test_another_question_or_answer_has_another_digest(tmp_path: Path, change: str) -> None:
    path = changed(tmp_path, lambda log_file: log_file["samples"][0].update({change: "another"}))
    one, two = read(path, "match").rows, read(logs.inspect("base"), "match").rows
    assert one[0].digests != two[0].digests
    assert one[0].content != two[0].content
    assert one[1:] == two[1:]


def test_a_list_of_values_is_no_score(tmp_path: Path) -> None:
    def several(log_file: dict[str, Any]) -> None:
        log_file["samples"][0]["scores"]["match"]["value"] = ["C", "I"]

    with pytest.raises(ResultsError, match="sample 1, match: the score is no single number"):
        read(changed(tmp_path, several), "match")


@pytest.mark.parametrize("samples", [None, []])
def test_a_log_without_samples_says_so(tmp_path: Path, samples: list[object] | None) -> None:
    path = changed(tmp_path, lambda log_file: log_file.update(samples=samples, status="cancelled"))
    with pytest.raises(ResultsError, match=r"contains no samples \(status: cancelled\)"):
        read(path, "match")


def test_a_log_whose_samples_all_failed_says_so(tmp_path: Path) -> None:
    def fail(log_file: dict[str, Any]) -> None:
        for sample in log_file["samples"]:
            sample["error"] = {"message": "no connection"}

    with pytest.raises(ResultsError, match="none of its samples was scored"):
        read(changed(tmp_path, fail), "match")


def test_a_log_that_was_not_finished_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_journal/start.json", "{}")
    with pytest.raises(ResultsError, match="the evaluation did not end"):
        read(path, "match")


def test_a_deflated_log_is_read_too(tmp_path: Path) -> None:
    log_file = log("base")
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, sample in enumerate(log_file.pop("samples")):
            archive.writestr(f"samples/{number:03d}.json", json.dumps(sample))
        archive.writestr("header.json", json.dumps(log_file))
    assert read(path, "match").scores == read(logs.inspect("base"), "match").scores


@pytest.mark.parametrize("damage", ["header", "content", "checksum", "directory"])
def test_a_damaged_log_is_an_error(tmp_path: Path, damage: str) -> None:
    source = logs.inspect("base", "eval")
    with zipfile.ZipFile(source) as archive:
        entry = archive.getinfo("samples/3_epoch_1.json")
    content = bytearray(source.read_bytes())
    first, length = {
        "header": (entry.header_offset + 10, 20),
        "content": (entry.header_offset + 200, 20),
        "checksum": (content.rindex(entry.filename.encode()) - 30, 4),  # in the directory
        "directory": (len(content) - 40, 20),
    }[damage]
    content[first : first + length] = bytes(length)
    path = tmp_path / "log.eval"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=r"log\.eval is no readable \.eval log"):
        read(path, "match")


@pytest.mark.parametrize("field", ["house", "metadata.house"])
def test_the_id_may_lie_in_the_metadata(field: str) -> None:
    rows = read_file(ReadRequest(logs.inspect("base"), "match", sample_id=field)).rows
    assert {row.sample_id for row in rows} == {f"house {number}" for number in range(8)}


@pytest.mark.parametrize("results", [{"scorer": {"name": "old"}}, {"scores": [{"name": "old"}]}])
def test_the_single_score_of_old_logs_has_the_name_of_the_scorer(
    tmp_path: Path, results: dict[str, Any]
) -> None:
    def older(log_file: dict[str, Any]) -> None:
        log_file["results"] = results
        for sample in log_file["samples"]:
            sample["score"] = sample.pop("scores")["match"]

    one = read(changed(tmp_path, older))
    assert (one.score, one.scores) == ("old", read(logs.inspect("base"), "match").scores)


def test_a_sample_that_was_scored_in_spite_of_an_error_is_read(tmp_path: Path) -> None:
    def fail(log_file: dict[str, Any]) -> None:
        log_file["eval"]["config"] = {"score_on_error": True}
        log_file["samples"][3] |= {"error": {"message": "no connection"}}
        log_file["samples"][4] |= {"error": {"message": "no connection"}, "scores": {}}

    results = read(changed(tmp_path, fail), "match")
    assert (results.unscored, len(results.rows)) == (1, 31)


def test_invalidated_samples_are_left_out_and_counted(tmp_path: Path) -> None:
    def invalidate(log_file: dict[str, Any]) -> None:
        for sample in log_file["samples"][:3]:
            sample["invalidation"] = {"author": "someone", "reason": "leaked"}

    results = read(changed(tmp_path, invalidate), "match")
    whole = read(logs.inspect("base"), "match")
    assert (results.rows, results.unscored) == (whole.rows[3:], 0)
    assert results.facts == ("3 answers are marked as invalid in log.json and left out.",)


@pytest.mark.parametrize("status", ["cancelled", "error"])
def test_a_log_that_stopped_early_is_incomplete_by_its_own_list(
    tmp_path: Path, status: str
) -> None:
    def stop(log_file: dict[str, Any]) -> None:
        log_file["status"] = status
        log_file["eval"]["dataset"] = {"sample_ids": list(range(16))}
        log_file["samples"] = [s for s in log_file["samples"] if int(s["id"]) < 12]

    path = changed(tmp_path, stop)
    results = read(path, "match")
    assert results.planned == tuple(map(str, range(16)))
    assert "12 of 16 samples are scored." in results.facts[0]
    both = pair(results, results)
    assert (both.ledger.neither, both.ledger.status) == (("12", "13", "14", "15"), "refused")
    assert both.ledger.missing == 0.25
    assert both.bounds == (-0.25, 0.25)
    whole = read(logs.inspect("tuned"), "match")
    assert pair(results, whole).ledger.only_tuned == ("12", "13", "14", "15")
    assert pair(results, whole).ledger.neither == ()


def test_settings_are_those_of_generation_and_solvers(tmp_path: Path) -> None:
    def settings(log_file: dict[str, Any]) -> None:
        log_file["eval"]["model_generate_config"] = {"temperature": 0.5, "top_p": None}
        step = {"solver": "choice", "params": {"cot": True, "template": "x" * 500}}
        log_file["plan"] = {"config": {"max_tokens": 8}, "steps": [step]}

    assert read(changed(tmp_path, settings), "match").settings == {
        "temperature": "0.5",
        "max_tokens": "8",
        "solvers": "choice",
        "choice.cot": "True",
        "choice.template": "x" * 60,
    }


def test_texts_that_a_sample_refers_to_belong_to_the_question(tmp_path: Path) -> None:
    long = "Which floor? " * 20

    def question(log_file: dict[str, Any], text: str, texts: dict[str, str]) -> None:
        turns = [{"role": "user", "content": text}]
        log_file["samples"][0] |= {"input": turns, "attachments": texts}

    rows = [
        read(changed(tmp_path, lambda f: question(f, text, texts)), "match").rows[0]  # noqa: B023
        for text, texts in (
            (long, {}),
            ("attachment://3", {"3": long}),
            ("attachment://3", {"3": "another"}),
        )
    ]
    assert rows[0] == rows[1]
    assert rows[0].digests["prompt"] != rows[2].digests["prompt"]


@pytest.mark.parametrize("whole", [0, 5])
def test_samples_in_chunks_are_read_as_those_in_one(tmp_path: Path, whole: int) -> None:
    log_file = log("base")
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as archive:
        for number, sample in enumerate(log_file.pop("samples")):
            name = f"samples/{sample['id']}_epoch_{sample['epoch']}"
            if number < whole:
                archive.writestr(f"{name}.json", json.dumps(sample))
                continue
            texts = [f"padding {index}" for index in range(11)]
            for turn in sample["input"] if isinstance(sample["input"], list) else []:
                texts.append(turn["content"])
                turn["content"] = f"attachment://{len(texts) - 1}"
            archive.writestr(f"{name}/metadata.json", json.dumps(sample.pop("metadata")))
            archive.writestr(f"{name}/sample.json", json.dumps(sample))
            archive.writestr(f"{name}/skeleton.json", "[]")
            archive.writestr(f"{name}/events/0.json", "no JSON, and not read")
            archive.writestr(f"{name}/attachments/10.json", json.dumps(texts[10:]))
            archive.writestr(f"{name}/attachments/2.json", json.dumps(texts[2:10]))
            archive.writestr(f"{name}/attachments/0.json", json.dumps(texts[:2]))
        archive.writestr("header.json", json.dumps(log_file))
    chunked, one = (read(file, "match", "house") for file in (path, logs.inspect("base")))
    assert sorted(zip(chunked.rows, chunked.scores, strict=True), key=str) == sorted(
        zip(one.rows, one.scores, strict=True), key=str
    )
