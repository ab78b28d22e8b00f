from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import published
from benchmarks.found_study import paper_tree
from clue.evaluation.outcome import Outcome
from clue.launch.closing_table import show
from clue.task import levels, task_files
from clue.task.levels import OVERALL, ScoreTree, Weights


def test_the_papers_study_has_equal_weights() -> None:
    third = dict.fromkeys
    assert paper_tree() == ScoreTree(
        datasets={"longhealth": third(("longhealth1", "longhealth2", "longhealth3"), 1 / 3)},
        levels={
            "level1": third(("mednli", "meqsum", "problem_summary"), 1 / 3),
            "level2": third(("longhealth", "medisumqa", "medisumcode"), 1 / 3),
        },
        overall={"level1": 0.5, "level2": 0.5},
    )


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
    failed = Outcome("m", "medisumqa", "paper", "failed", note="no [file] there")
    show([*rows, failed], paper_tree())
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert "failed: m/medisumqa/paper: no [file] there" in printed
    table = {line.split()[0]: line.split()[1:] for line in printed.splitlines() if line.strip()}
    assert table["rouge2"] == ["50.00"]
    assert "m paper 40.00 60.00 - -" in [" ".join(line.split()) for line in printed.splitlines()]


@st.composite
def trees(draw: st.DrawFn, *, equal: bool) -> tuple[ScoreTree, dict[str, float]]:
    """A tree of two levels, one data set of several tasks, and a score for every task."""

    def weights(parts: list[str]) -> Weights:
        shares = [1.0 if equal else draw(st.floats(0.1, 1)) for _ in parts]
        return {part: share / sum(shares) for part, share in zip(parts, shares, strict=True)}

    sizes = [draw(st.integers(1, 4)) for _ in range(3)]
    parts, first, second = (
        [f"{x}{n}" for n in range(size)] for x, size in zip("abc", sizes, strict=True)
    )
    tree = ScoreTree(
        {"dataset": weights(parts)},
        {"one": weights([*first, "dataset"]), "two": weights([*second, "dataset"])},
        weights(["one", "two"]),
    )
    return tree, {task: draw(st.floats(0, 100)) for task in (*parts, *first, *second)}


@given(trees(equal=True))
def test_equal_weights_are_nested_means(drawn: tuple[ScoreTree, dict[str, float]]) -> None:
    tree, scores = drawn
    dataset = fmean(scores[task] for task in tree.datasets["dataset"])
    parts = scores | {"dataset": dataset}
    one, two = (fmean(parts[part] for part in tree.levels[name]) for name in ("one", "two"))
    expected = {"dataset": dataset, "one": one, "two": two, OVERALL: fmean((one, two))}
    assert levels.composites(scores, tree) == pytest.approx(expected)


@given(trees(equal=False))
def test_a_composite_is_the_sum_of_its_weighted_tasks_and_data_sets(
    drawn: tuple[ScoreTree, dict[str, float]],
) -> None:
    tree, scores = drawn
    composites = levels.composites(scores, tree)
    for weights in (*tree.of_tasks.values(), *tree.of_datasets.values()):
        assert sum(weights.values()) == pytest.approx(1)
    assert set(tree.of_tasks) == set(composites)
    for name, weights in tree.of_tasks.items():
        total = sum(weight * scores[task] for task, weight in weights.items())
        assert composites[name] == pytest.approx(total)
    parts = scores | composites
    for name, weights in tree.of_datasets.items():
        total = sum(weight * parts[part] for part, weight in weights.items())
        assert composites[name] == pytest.approx(total)


def test_unequal_weights_count_as_declared() -> None:
    tree = ScoreTree(
        datasets={"d": {"d1": 0.25, "d2": 0.75}},
        levels={"one": {"a": 0.8, "d": 0.2}, "two": {"d": 1.0}},
        overall={"one": 0.9, "two": 0.1},
    )
    scores = {"a": 10.0, "d1": 0.0, "d2": 40.0}
    assert levels.composites(scores, tree) == pytest.approx(
        {"d": 30.0, "one": 14.0, "two": 30.0, "overall": 15.6}
    )
    assert tree.of_datasets["overall"] == pytest.approx({"a": 0.72, "d": 0.28})
    assert tree.of_tasks["overall"] == pytest.approx({"a": 0.72, "d1": 0.07, "d2": 0.21})


def test_without_weights_of_levels_there_is_no_overall_score() -> None:
    tree = ScoreTree(levels={"one": {"a": 1.0}})
    assert levels.composites({"a": 1.0}, tree) == {"one": 1.0}
    assert OVERALL not in tree.of_datasets
