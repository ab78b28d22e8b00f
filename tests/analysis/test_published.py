from analysis import published
from clue.config import model_files
from clue.metrics.registry import METRICS
from clue.task import task_files


def test_published_scores_are_of_models_tasks_and_metrics_of_the_study() -> None:
    table = published.scores()
    assert set(table["model"]) - set(model_files.names()) == {""}
    assert set(table["task"]) <= {*task_files.names(), "level1", "level2"}
    assert set(table["metric"]) <= {*METRICS, "score"}
    assert table["points"].between(0, 100).all()


def test_published_differences_are_of_the_pairs_of_the_study() -> None:
    table = published.differences()
    pairs = {name for name in model_files.names() if model_files.load(name).base}
    assert set(table["model"]) <= pairs
    assert len(table) == 12
