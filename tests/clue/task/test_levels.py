import pytest

from analysis import published
from benchmarks.found_study import paper_tree
from clue.evaluation.outcome import Outcome
from clue.launch.closing_table import show
from clue.task import levels, task_files


def test_the_tree_follows_from_the_task_files() -> None:
    assert paper_tree() == {
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
    assert levels.composites(SCORES, paper_tree()) == {
        "longhealth": 40.0,
        "level1": 60.0,
        "level2": 20.0,
        "overall": 40.0,
    }


@pytest.mark.parametrize(
    ("absent", "complete"),
    [
        ("medisumqa", {"longhealth", "level1"}),
        ("longhealth2", {"level1"}),
        ("mednli", {"longhealth", "level2"}),
    ],
)
def test_a_mean_without_one_of_its_parts_is_left_out(absent: str, complete: set[str]) -> None:
    scores = {name: score for name, score in SCORES.items() if name != absent}
    assert set(levels.composites(scores, paper_tree())) == complete


def test_the_published_averages_follow_from_the_published_metrics() -> None:
    table = published.scores()
    averages = table[table["metric"] == "score"]
    for row in averages.itertuples():
        cells = table[
            (table["published_name"] == row.published_name) & (table["metric"] != "score")
        ]
        scores: dict[str, float] = {}
        for task, rows in cells.groupby("task"):
            metrics = dict(zip(rows["metric"], rows["points"], strict=True))
            scores[str(task)] = levels.task_score(metrics, list(metrics))
        computed = levels.composites(scores, paper_tree())
        assert computed[str(row.task)] == pytest.approx(row.points, abs=0.005 + 1e-9), row
    assert len(averages) == 43


def test_the_task_files_score_the_papers_metrics() -> None:
    table = published.scores()
    for task, rows in table[table["metric"] != "score"].groupby("task"):
        assert set(task_files.load(str(task)).score) == set(rows["metric"]), task


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
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "failed: m/medisumqa/paper: no [file] there" in printed
    table = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if line.strip()}
    assert table["rouge2"] == ["50.00"]
    assert "m paper 40.00 60.00 - -" in [" ".join(line.split()) for line in printed.splitlines()]
