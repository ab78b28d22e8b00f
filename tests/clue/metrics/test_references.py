"""References of the authors' code: for metrics under their name, and where the model saw them."""

from dataclasses import replace
from pathlib import Path

import pytest

from clue.cell import Cell
from clue.config.schema import Config, ModelConf, PathsConf
from clue.evaluation import scoring
from clue.metrics import references, registry
from clue.metrics.references import MARK, authors_reference
from clue.metrics.registry import Metric
from clue.metrics.scorer import Scores, Scoring
from clue.records import Completion
from clue.task.task import Task
from tests.clue.cli.data.fake_checkout import worded
from tests.clue.task.test_task import build_task


class Echo:
    """A scorer of made-up metrics that records the references."""

    def __init__(self) -> None:
        self.references: dict[str, list[str]] = {}

    def signature(self, name: str, scoring: Scoring) -> str:
        return name

    def score(self, names: list[str], answers: list[str], given: list[str], _: Scoring) -> Scores:
        self.references |= {name: list(given) for name in names}
        return {name: [len(text) / 999 for text in given] for name in names}


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> Echo:
    echo = Echo()
    table = {
        "plain": Metric("fraction", echo),
        "plain_upstream": Metric("fraction", echo, reference="authors"),
    }
    for module in (registry, references, scoring):
        monkeypatch.setattr(module, "METRICS", table)
    return echo


def cell(task: Task, folder: Path) -> Cell:
    split = task.split()
    metrics = replace(task, conf=replace(task.conf, metrics=["plain", "plain_upstream"]))
    config = Config(model=ModelConf(name="m"), paths=PathsConf(mlruns=str(folder)))
    signatures = references.task_signatures(
        metrics,
        metrics.conf.metrics,
        Scoring(..., folder),
        has_authors_references=split.has_authors_references,
    )
    prompts = tuple(task.prompt(sample, split.shots) for sample in split.scored)
    return Cell(config, metrics, split.scored, prompts, {}, signatures)


def scored(built: Cell) -> None:
    scoring.score(built, [Completion("a", "stop", 1, 1, 0.1)] * len(built.samples))


def test_a_metric_under_their_name_has_their_references(
    data: Path, tmp_path: Path, scorer: Echo
) -> None:
    built = cell(build_task("problem_summary", data), tmp_path)
    assert built.signatures == {"plain": "plain", "plain_upstream": f"plain_upstream{MARK}"}
    scored(built)
    targets = [sample.target for sample in built.samples]
    assert scorer.references["plain"] == targets
    assert scorer.references["plain_upstream"] == [text.replace(";", ", ") for text in targets]
    assert all(";" in text for text in targets)


def test_where_the_model_saw_their_references_every_metric_has_them(
    tmp_path: Path, scorer: Echo
) -> None:
    data = worded(tmp_path / "data")
    built = cell(build_task("problem_summary", data, wording="upstream"), tmp_path)
    assert built.signatures == {name: name + MARK for name in ("plain", "plain_upstream")}
    scored(built)
    assert set(map(tuple, scorer.references.values())) == {
        tuple(sample.target.replace(";", ", ") for sample in built.samples)
    }


@pytest.mark.parametrize("name", ["meqsum", "medisumcode", "medisumqa", "mednli"])
@pytest.mark.parametrize("wording", ["own", "upstream"])
def test_other_tasks_have_one_reference(tmp_path: Path, name: str, wording: str) -> None:
    task = build_task(name, worded(tmp_path), wording=wording)
    assert {authors_reference(task, metric) for metric in task.conf.metrics} == {None}
