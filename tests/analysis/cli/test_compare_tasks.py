"""`python -m analysis compare` with folders and several files: a comparison per task."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analysis import compare, compare_tasks
from analysis.cli.compare import main
from analysis.errors import PairingError, ResultsError
from analysis.stats.multiplicity import holm

Scores = Mapping[str, str]
DATE = "2026-03-01T10-00-00.000001"
BASE = {"knees": "10" * 20, "wrists": "1100" * 10, "elbows": "1000" * 10}
TUNED = {"knees": "11" * 20, "wrists": "1110" * 10, "elbows": "1100" * 10}


def write(folder: Path, tasks: Scores, date: str = DATE) -> Path:
    """An output folder of lm-evaluation-harness."""
    folder.mkdir(parents=True, exist_ok=True)
    for task, scores in tasks.items():
        lines = [
            {
                "doc_id": number,
                "doc": {"question": f"{task} {number}?"},
                "arguments": [[f"{task} {number}?", " a"]],
                "resps": [["a"]],
                "acc": int(score),
            }
            for number, score in enumerate(scores)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"samples_{task}_{date}.jsonl").write_text(text)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path]:
    return write(tmp_path / "out" / "base", BASE), write(tmp_path / "out" / "tuned", TUNED)


def test_tasks_of_folders_are_compared_one_by_one(models: tuple[Path, Path]) -> None:
    results = compare_tasks(*models)
    assert list(results.by_task) == ["elbows", "knees", "wrists"]
    raw = []
    for task, comparison in results.by_task.items():
        alone = compare(*(folder / f"samples_{task}_{DATE}.jsonl" for folder in models))
        assert comparison.comparison == alone.comparison
        raw.append(alone.comparison.p)
    adjusted = [one.adjusted.difference for one in results.by_task.values() if one.adjusted]
    assert adjusted == pytest.approx(holm([p for p in raw if p is not None]).tolist())
    assert all("Holm p" in one.sentence for one in results.by_task.values())
    assert results.overall is None


def test_tasks_that_one_model_lacks_are_told_and_count_as_tests(tmp_path: Path) -> None:
    base = write(tmp_path / "base", BASE | {"hips": "10" * 20})
    tuned = write(tmp_path / "tuned", {"knees": TUNED["knees"], "ankles": "11" * 20})
    results = compare_tasks(base, tuned)
    assert (results.only_base, results.only_tuned) == (("elbows", "hips", "wrists"), ("ankles",))
    (knees,) = results.by_task.values()
    assert knees.adjusted is not None
    assert knees.comparison.p is not None
    assert knees.adjusted.difference == pytest.approx(5 * knees.comparison.p)
    notes = " ".join(results.notes)
    assert "Only base has 3 tasks: elbows, hips, wrists." in notes
    assert "Holm over 5 tasks" in notes


def test_several_files_are_given_by_option(
    capsys: pytest.CaptureFixture[str], models: tuple[Path, Path]
) -> None:
    sides = [[str(path) for path in sorted(folder.iterdir())] for folder in models]
    assert main(["--base", *sides[0], "--tuned", *reversed(sides[1]), "--json"]) == 0
    by_option = json.loads(capsys.readouterr().out)
    assert main([*map(str, models), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == by_option
    assert list(by_option["tasks"]) == ["elbows", "knees", "wrists"]
    assert main([sides[0][0], "--base", sides[0][0], "--tuned", sides[1][0]]) == 1
    assert "either by position or with --base" in capsys.readouterr().err


def test_each_task_is_a_block_and_overall_only_if_asked(
    capsys: pytest.CaptureFixture[str], models: tuple[Path, Path]
) -> None:
    assert main([*map(str, models)]) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if line.startswith("==")] == [
        "== elbows",
        "== knees",
        "== wrists",
    ]
    assert "all tasks" not in text
    assert main([*map(str, models), "--overall"]) == 0
    assert "== all tasks\nOn all tasks (acc) tuned scored 0.75" in capsys.readouterr().out


def test_the_overall_result_is_the_mean_over_all_items(models: tuple[Path, Path]) -> None:
    overall = compare_tasks(*models, overall=True).overall
    assert overall is not None
    texts = ["".join(tasks.values()) for tasks in (BASE, TUNED)]
    means = [text.count("1") / len(text) for text in texts]
    assert overall.comparison.n == 120
    assert overall.comparison.delta == pytest.approx(means[1] - means[0])
    assert overall.adjusted is None


def test_a_cluster_in_two_tasks_is_one_cluster_of_all_tasks(tmp_path: Path) -> None:
    folders = []
    for model, tasks in (("base", BASE), ("tuned", TUNED)):
        folder = tmp_path / model
        folder.mkdir()
        for task, scores in tasks.items():
            rows = [f"{n},{score},patient {n // 4}" for n, score in enumerate(scores)]
            (folder / f"{task}.csv").write_text("\n".join(["sample_id,score,cluster", *rows]))
        folders.append(sorted(folder.iterdir()))
    overall = compare_tasks(*folders, overall=True).overall
    assert overall is not None
    assert (overall.comparison.n, overall.comparison.n_clusters) == (120, 10)


def test_tasks_may_have_different_scores(tmp_path: Path) -> None:
    folders = [write(tmp_path / model, BASE) for model in ("base", "tuned")]
    for folder in folders:
        path = folder / f"samples_knees_{DATE}.jsonl"
        path.write_text(path.read_text().replace('"acc"', '"exact_match"'))
    with pytest.raises(ResultsError, match="no score acc; there are: exact_match"):
        compare_tasks(*folders, score="acc")
    results = compare_tasks(*folders, score=["acc", "exact_match"])
    scores = {task: one.base.score for task, one in results.by_task.items()}
    assert scores == {"elbows": "acc", "knees": "exact_match", "wrists": "acc"}
    with pytest.raises(PairingError, match="the tasks have different scores"):
        compare_tasks(*folders, score=["acc", "exact_match"], overall=True)


def test_two_files_of_a_task_are_refused(models: tuple[Path, Path]) -> None:
    write(models[0], {"knees": BASE["knees"]}, "2026-04-01T10-00-00.000001")
    with pytest.raises(PairingError, match="are both of the task knees"):
        compare_tasks(*models)


def test_folders_without_common_tasks_or_results_are_refused(tmp_path: Path) -> None:
    base = write(tmp_path / "base", {"knees": "10", "hips": "10"})
    with pytest.raises(PairingError, match="no task in common: base has hips, knees; tuned wris"):
        compare_tasks(base, write(tmp_path / "tuned", {"wrists": "10"}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultsError, match=r"empty has no file of results \(samples_\*\.jsonl"):
        compare_tasks(base, tmp_path / "empty")


def test_one_task_needs_no_adjustment(tmp_path: Path) -> None:
    sides = [write(tmp_path / name, {"knees": tasks["knees"]}) for name, tasks in TABLE.items()]
    (knees,) = compare_tasks(*sides).by_task.values()
    assert knees.adjusted is None
    assert "Holm" not in knees.sentence


TABLE: dict[str, Any] = {"base": BASE, "tuned": TUNED}
