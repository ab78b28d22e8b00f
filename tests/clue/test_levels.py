import json

import pytest

from clue import levels, tasks
from clue.config import ROOT
from clue.outcome import Outcome, show

PUBLISHED = ROOT.parent / "shared" / "data" / "published_scores.json"
NAMES = {
    "MedNLI": "mednli",
    "MeQSum": "meqsum",
    "Problem Summary": "problem_summary",
    "MeDiSumQA": "medisumqa",
    "MeDiSumCode": "medisumcode",
}
COLUMNS = {
    "Accuracy": "accuracy",
    "R-L": "rougeL",
    "R-1": "rouge1",
    "R-2": "rouge2",
    "BERT F1": "bertscore_f1",
    "UMLS F1": "umls_f1",
    "EM F1": "icd_em_f1",
    "AP F1": "icd_ap_f1",
    "Valid Codes": "icd_valid",
}


def test_the_tree_follows_from_the_task_files() -> None:
    assert tasks.study() == {
        "longhealth": ["longhealth1", "longhealth2", "longhealth3"],
        "level1": ["mednli", "meqsum", "problem_summary"],
        "level2": ["longhealth", "medisumcode", "medisumqa"],
        "overall": ["level1", "level2"],
    }


SCORES = {
    **{"mednli": 30.0, "meqsum": 60.0, "problem_summary": 90.0},
    **{"longhealth1": 10.0, "longhealth2": 20.0, "longhealth3": 90.0},
    **{"medisumqa": 20.0, "medisumcode": 0.0},
}


def test_longhealth_counts_once_in_its_level() -> None:
    assert levels.composites(SCORES, tasks.study()) == {
        "longhealth": 40.0,
        "level1": 60.0,
        "level2": 20.0,
        "overall": 40.0,
    }


@pytest.mark.parametrize(
    ("absent", "left"),
    [
        ("medisumqa", {"longhealth", "level1"}),
        ("longhealth2", {"level1"}),
        ("mednli", {"longhealth", "level2"}),
    ],
)
def test_a_mean_without_one_of_its_parts_is_left_out(absent: str, left: set[str]) -> None:
    scores = {name: score for name, score in SCORES.items() if name != absent}
    assert set(levels.composites(scores, tasks.study())) == left


def published() -> list[tuple[str, list[float]]]:
    return list(json.loads(PUBLISHED.read_text())["level_averages_v3"].items())


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published scores are not beside this")
def test_the_published_averages_follow_from_the_published_metrics() -> None:
    found = 0
    for model, averages in published():
        computed = levels.composites(published_scores(model), tasks.study())
        for level, average in enumerate(averages, start=1):
            assert computed[f"level{level}"] == pytest.approx(average, abs=0.005 + 1e-9), model
            found += 1
    assert found == 43


def published_scores(model: str) -> dict[str, float]:
    """Task scores of a model, where it has them, from its published metrics."""
    file = json.loads(PUBLISHED.read_text())
    scores: dict[str, float] = {}
    for title, models in file["metrics_v3"].items():
        if model not in models:
            continue
        values = models[model]
        if title == "LongHealth":
            scores |= {f"longhealth{task}": value for task, value in enumerate(values, start=1)}
            continue
        metrics = dict(zip(map(COLUMNS.get, file["metric_names"][title]), values, strict=True))
        scores[NAMES[title]] = levels.task_score(metrics, list(metrics))  # type: ignore[arg-type]
    return scores


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published scores are not beside this")
@pytest.mark.parametrize("title", ["MedNLI", "MeDiSumCode"])
def test_the_task_files_score_the_papers_metrics(title: str) -> None:
    named = [COLUMNS[name] for name in json.loads(PUBLISHED.read_text())["metric_names"][title]]
    assert sorted(tasks.load(NAMES[title]).score) == sorted(named)


def test_the_closing_tables_show_cells_parts_and_levels(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    parts = {"rouge1": 70.0, "rouge2": 50.0}
    rows = [
        Outcome("m", name, "paper", "done", 9, score, parts if name == "meqsum" else {})
        for name, score in SCORES.items()
        if name != "medisumqa"
    ]
    show([*rows, Outcome("m", "medisumqa", "paper", "failed", note="no [file] there")])
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert "failed: m/medisumqa: no [file] there" in said
    table = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.strip()}
    assert table["rouge2"] == ["50.00"]
    assert said.splitlines()[-3].split() == ["m", "paper", "40.00", "60.00", "-", "-"]
