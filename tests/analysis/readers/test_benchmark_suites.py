"""Readers of HELM, lighteval, Every Eval Ever and OpenCompass, on small files in their formats."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis import compare
from analysis.errors import PairingError, ResultsError
from analysis.readers import ReadRequest, read, read_file

BASE = "10010110010010001010"
TUNED = "11011111011110101110"
Entries = list[dict[str, Any]]


def stat(name: str, mean: float | None, **more: str) -> dict[str, Any]:
    """A statistic as HELM writes it: without the fields that are None."""
    count = 0 if mean is None else 1
    measured = {} if mean is None else {"mean": mean, "min": mean, "max": mean}
    return {"name": {"name": name, "split": "test", **more}, "count": count, **measured}


def helm_entries(scores: str) -> Entries:
    return [
        {
            "instance_id": f"id{number}",
            "train_trial_index": trial,
            "stats": [
                stat("num_prompt_tokens", 333),
                stat("exact_match", float(score)),
                stat("f1", 0.5),
                stat("training_co2_cost", None),
            ],
        }
        for number, score in enumerate(scores)
        for trial in (0, 1)
    ]


def helm(folder: Path, model: str, entries: Entries, shots: str = "") -> Path:
    run = folder / f"anatomy,model={model}"
    run.mkdir(parents=True, exist_ok=True)
    specification = {
        "name": f"mmlu:subject=anatomy,method=joint,model={model}",
        "adapter_spec": {"model": f"org/{model}", "model_deployment": model, "max_tokens": 1},
    }
    requests = [
        {
            "instance": {"id": entry["instance_id"]},
            "train_trial_index": entry["train_trial_index"],
            "request": {"prompt": f"{shots}Question {entry['instance_id']}"},
        }
        for entry in entries
    ]
    (run / "run_spec.json").write_text(json.dumps(specification))
    (run / "scenario_state.json").write_text(json.dumps({"request_states": requests}))
    path = run / "per_instance_stats.json"
    path.write_text(json.dumps(entries, indent=2))
    return path


def lighteval_rows(scores: str, shots: int = 0) -> Entries:
    return [
        {
            "doc": {
                "id": str(number),
                "query": f"Where is room {number}?",
                "choices": ["here", "there"],
                "gold_index": 0,
                "instruction": "Answer.",
                "task_name": "rooms|5",
                "fewshot_samples": [{"query": "Example?", "choices": ["a"]}] * shots,
                "generation_size": 1,
                "specific": {"house": f"house {number // 4}"},
            },
            "metric": {"acc": int(score), "f1": 0.5},
            "model_response": {"text": ["here"]},
        }
        for number, score in enumerate(scores)
    ]


def lighteval(folder: Path, model: str, rows: Entries) -> Path:
    path = folder / "out" / "details" / "org" / model / "2026" / "details_rooms|5_2026.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def every_eval(scores: str, model: str, name: str = "rooms") -> Entries:
    return [
        {
            "schema_version": "0.3.0",
            "evaluation_id": f"x/{model}/1",
            "model_id": f"org/{model}",
            "evaluation_name": name,
            "sample_id": f"q{number}",
            "interaction_type": "single_turn",
            "input": {
                "raw": f"Where is {number}?",
                "reference": ["here"],
                "formatted": f"Q{number}",
            },
            "output": {"raw": ["here"]},
            "answer_attribution": [],
            "evaluation": {"score": float(score), "is_correct": score == "1"},
            "metadata": {"house": f"house {number // 4}"},
        }
        for number, score in enumerate(scores)
    ]


def lines(path: Path, entries: Entries) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def opencompass(folder: Path, model: str, content: object) -> Path:
    path = folder / "results" / model / "rooms.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=4))
    return path


def numbered(scores: str) -> dict[str, Any]:
    """`details` of OpenCompass with an entry per number."""
    details: dict[str, Any] = {"type": "GEN"}
    for number, score in enumerate(scores):
        details[str(number)] = {
            "prompt": [{"role": "HUMAN", "prompt": f"Where is {number}?"}],
            "predictions": "here",
            "references": "here",
            "correct": score == "1",
        }
    return {"accuracy": 50.0, "details": details}


def repeated(scores: str) -> dict[str, Any]:
    """`details` of OpenCompass with an entry per example and a value per repeat."""
    details = [
        {"example_abbr": f"rooms_{number}", "correct": [score == "1", True], "answer": [0, 0]}
        for number, score in enumerate(scores)
    ]
    return {"accuracy": 50.0, "details": details}


Write = Callable[[Path, str, str], Path]
WRITERS: dict[str, Write] = {
    "HELM": lambda folder, model, scores: helm(folder, model, helm_entries(scores)),
    "lighteval": lambda folder, model, scores: lighteval(folder, model, lighteval_rows(scores)),
    "Every Eval Ever": lambda folder, model, scores: lines(
        folder / f"{model}_samples.jsonl", every_eval(scores, model)
    ),
    "OpenCompass": lambda folder, model, scores: opencompass(folder, model, numbered(scores)),
}
SCORES = {"HELM": "exact_match", "lighteval": "acc"}


@pytest.mark.parametrize("program", WRITERS)
def test_two_models_are_compared(tmp_path: Path, program: str) -> None:
    write = WRITERS[program]
    paths = [write(tmp_path, *side) for side in (("knee", BASE), ("knee-med", TUNED))]
    result = compare(*paths, score=SCORES.get(program))
    comparison = result.comparison
    means = [scores.count("1") / len(scores) for scores in (BASE, TUNED)]
    assert (comparison.mean_base, comparison.mean_tuned) == pytest.approx(means)
    assert comparison.n == 20
    assert result.labels.tuned.endswith("knee-med")
    assert any(kind.startswith("prompt") for kind in result.pairing.ledger.verified)
    assert not any("settings" in note for note in result.notes)


def shuffled(entries: Any) -> Any:
    """The same entries in another order, also those of the details of OpenCompass."""
    if isinstance(entries, dict):
        details = dict(sorted(entries["details"].items(), reverse=True))
        return entries | {"details": details}
    return entries[::-1]


@pytest.mark.parametrize("program", WRITERS)
def test_the_order_of_rows_changes_nothing(tmp_path: Path, program: str) -> None:
    path = WRITERS[program](tmp_path, "knee", BASE)
    one = read(path, SCORES.get(program))
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(shuffled(pq.read_table(path).to_pylist())), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    else:
        path.write_text(json.dumps(shuffled(json.loads(path.read_text()))))
    two = read(path, SCORES.get(program))
    pairs = [sorted(zip(r.rows, r.scores, strict=True), key=str) for r in (one, two)]
    assert pairs[0] == pairs[1]
    assert one.rows != two.rows


@pytest.mark.parametrize("program", ["HELM", "lighteval"])
def test_a_choice_of_scores_lists_them(tmp_path: Path, program: str) -> None:
    path = WRITERS[program](tmp_path, "knee", BASE)
    with pytest.raises(ResultsError, match=r"there are: (exact_match|acc); f1$"):
        read(path)


def test_helm_names_model_task_and_settings(tmp_path: Path) -> None:
    results = read(helm(tmp_path, "knee", helm_entries(BASE)), "exact_match")
    assert (results.model, results.task) == ("org/knee", "mmlu:subject=anatomy,method=joint")
    assert results.settings == {"max_tokens": "1"}
    assert {row.repeat for row in results.rows} == {0, 1}


def test_helm_needs_no_other_file(tmp_path: Path) -> None:
    path = helm(tmp_path, "knee", helm_entries(BASE))
    for name in ("run_spec.json", "scenario_state.json"):
        path.with_name(name).unlink()
    results = read(path, "exact_match")
    assert (results.model, results.task, results.settings) == (None, None, {})
    assert results.rows[0].digests == {}


def test_helm_other_prompts_are_refused(tmp_path: Path) -> None:
    base = helm(tmp_path, "knee", helm_entries(BASE))
    tuned = helm(tmp_path, "knee-med", helm_entries(TUNED), shots="Example. ")
    with pytest.raises(PairingError, match="the prompt of 40 samples differs"):
        compare(base, tuned, score="exact_match")


def test_helm_joins_the_entries_of_an_instance_and_leaves_perturbed_ones_out(
    tmp_path: Path,
) -> None:
    whole = helm_entries(BASE)
    expected = read(helm(tmp_path, "knee", whole), "exact_match")
    split = [{**entry, "stats": [one]} for entry in whole for one in entry["stats"]]
    perturbed = {**whole[0], "perturbation": {"name": "typos"}}
    expected.path.write_text(json.dumps([perturbed, *split]))
    results = read(expected.path, "exact_match")
    assert (results.rows, results.scores) == (expected.rows, expected.scores)
    assert "1 entry of perturbed instances" in results.facts[0]


def test_helm_a_statistic_of_nothing_is_missing(tmp_path: Path) -> None:
    entries = helm_entries(BASE)
    entries[0]["stats"][1] = stat("exact_match", None)
    results = read(helm(tmp_path, "knee", entries), "exact_match")
    assert (results.unscored, len(results.rows)) == (1, 39)


def test_lighteval_names_model_task_and_cluster(tmp_path: Path) -> None:
    path = lighteval(tmp_path, "knee", lighteval_rows(BASE))
    results = read(path, "acc", "specific.house")
    assert (results.model, results.task) == ("org/knee", "rooms|5")
    assert len({row.cluster for row in results.rows}) == 5
    assert results.settings["generation_size"] == "1"


def test_lighteval_worked_examples_belong_to_the_prompt(tmp_path: Path) -> None:
    base = lighteval(tmp_path, "knee", lighteval_rows(BASE, shots=1))
    tuned = lighteval(tmp_path, "knee-med", lighteval_rows(TUNED, shots=2))
    with pytest.raises(PairingError, match="the prompt of 20 samples differs"):
        compare(base, tuned, score="acc")


def test_every_eval_ever_several_evaluations_are_scores(tmp_path: Path) -> None:
    entries = [*every_eval(BASE, "knee", "rooms"), *every_eval(TUNED, "knee", "floors")]
    path = lines(tmp_path / "x_samples.jsonl", entries)
    assert list(read(path, "floors").scores) == [float(score) for score in TUNED]
    with pytest.raises(ResultsError, match="there are: floors; rooms"):
        read(path)


def test_every_eval_ever_reads_metadata_and_counts_errors(tmp_path: Path) -> None:
    entries = every_eval(BASE, "knee")
    entries[0]["error"] = "timeout"
    results = read(lines(tmp_path / "x_samples.jsonl", entries), cluster="house")
    assert len({row.cluster for row in results.rows}) == 5
    assert results.facts == (
        "1 answer in x_samples.jsonl has an error; the score of the file counts.",
    )
    assert (results.model, results.task) == ("org/knee", "rooms")


def test_every_eval_ever_one_model_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x_samples.jsonl"
    with pytest.raises(ResultsError, match="several models"):
        read(lines(path, [*every_eval(BASE, "knee"), *every_eval(BASE, "hip")]))


def test_opencompass_repeats_are_read(tmp_path: Path) -> None:
    results = read(opencompass(tmp_path, "knee", repeated(BASE)))
    assert (results.model, results.task, results.score) == ("knee", "rooms", "correct")
    assert {row.key[:2] for row in results.rows} == {
        (f"rooms_{number}", repeat) for number in range(20) for repeat in (0, 1)
    }
    assert results.scores[:4] == (1.0, 1.0, 0.0, 1.0)


def test_opencompass_files_without_scores_say_where_they_are(tmp_path: Path) -> None:
    predictions = {"0": {"origin_prompt": "Where?", "prediction": "here", "gold": "here"}}
    with pytest.raises(ResultsError, match="--dump-eval-details"):
        read(opencompass(tmp_path, "knee", predictions))
    content = numbered(BASE)
    for entry in content["details"].values():
        if isinstance(entry, dict):
            del entry["correct"]
    with pytest.raises(ResultsError, match="it contains no scores"):
        read(opencompass(tmp_path, "knee", content))


@pytest.mark.parametrize("program", ["HELM", "OpenCompass"])
def test_formats_without_fields_refuse_to_look_for_them(tmp_path: Path, program: str) -> None:
    path = WRITERS[program](tmp_path, "knee", BASE)
    fields = ({"sample_id": "key"}, {"cluster": "patient"}, {"prompt": "wording"})
    for field in fields:
        with pytest.raises(ResultsError, match="leave out --id, --cluster and --prompt"):
            read_file(ReadRequest(path, SCORES.get(program), **field))
