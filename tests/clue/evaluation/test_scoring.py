from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from clue.cell import Cell
from clue.config.schema import Config, ModelConf, PathsConf
from clue.evaluation import scoring
from clue.metrics import registry
from clue.metrics.registry import Metric
from clue.metrics.scorer import Scores, Scoring
from clue.records import Completion, Record
from clue.store.records_table import RecordsTable, tables, write_table
from tests.clue.task.test_task import build_task


class Counting:
    """A scorer that tells what it was asked for: each answer's length against the reference's."""

    def __init__(self) -> None:
        self.asked: list[tuple[Sequence[str], list[str | None]]] = []

    def signature(self, name: str, scoring: Scoring) -> str:
        return name

    def score(
        self,
        names: Sequence[str],
        answers: Sequence[str | None],
        references: Sequence[str],
        scoring: Scoring,
    ) -> Scores:
        self.asked.append((list(names), list(answers)))
        values = [len(answer or "") / 99 for answer in answers]
        undefined = [None if "treated" not in reference else 0.5 for reference in references]
        return {"length": values, "half": undefined}


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    table = {"length": Metric("fraction", counting), "half": Metric("fraction", counting)}
    monkeypatch.setattr(registry, "METRICS", table)
    monkeypatch.setattr(scoring, "METRICS", table)
    return counting


@pytest.fixture
def cell(data: Path, tmp_path: Path) -> Cell:
    task = build_task("meqsum", data)
    split = task.split()
    config = Config(model=ModelConf(name="m"), paths=PathsConf(mlruns=str(tmp_path)))
    return Cell(
        config=config,
        task=task,
        samples=split.scored,
        prompts=tuple(task.prompt(sample, split.shots) for sample in split.scored),
        generation={},
        signatures={"length": "l1", "half": "h1"},
    )


def answers(cell: Cell, *texts: str) -> list[Completion]:
    said = [*texts, *(f"answer {i}" for i in range(len(texts), len(cell.samples)))]
    return [Completion(text, "stop", 1, 1, 0.1) for text in said]


def stored(cell: Cell, *texts: str) -> list[Record]:
    records = scoring.score(cell, answers(cell, *texts))
    write_table(cell.store.records_path(cell.id), RecordsTable(records, cell.signatures))
    return records


def test_metrics_of_one_scorer_are_computed_together(cell: Cell, scorer: Counting) -> None:
    records = stored(cell)
    assert [names for names, _ in scorer.asked] == [["length", "half"]]
    assert [record.scores["length"] for record in records] == [8 / 99] * len(records)


def test_equal_signatures_score_nothing_again(cell: Cell, scorer: Counting) -> None:
    first = stored(cell)
    scorer.asked.clear()
    assert scoring.score(cell, answers(cell)) == first
    assert not scorer.asked


def test_another_signature_is_scored_again(cell: Cell, scorer: Counting) -> None:
    stored(cell)
    scorer.asked.clear()
    stored(replace(cell, signatures={"length": "l2", "half": "h1"}))
    assert len(scorer.asked) == 1


def test_another_answer_is_scored_and_the_others_stay(cell: Cell, scorer: Counting) -> None:
    stored(cell)
    scorer.asked.clear()
    changed = scoring.score(cell, answers(cell, "a new answer"))
    assert scorer.asked == [(["length", "half"], ["a new answer"])]
    assert changed[0].scores["length"] == 12 / 99


def test_an_undefined_score_stays_undefined_on_disk(cell: Cell, scorer: Counting) -> None:
    one = replace(cell.samples[0], target="no such word")
    odd = replace(cell, samples=(one, *cell.samples[1:]))
    records = stored(odd)
    assert [record.scores["half"] for record in records[:2]] == [None, 0.5]
    (table,) = tables(odd.store.folder)
    assert table == RecordsTable(records, odd.signatures)


def test_a_table_of_another_reading_is_not_used(
    cell: Cell, scorer: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(cell)
    upstream = {
        name: replace(metric, parser="parse_upstream") for name, metric in scoring.METRICS.items()
    }
    monkeypatch.setattr(scoring, "METRICS", upstream)
    monkeypatch.setattr(cell.task.module, "parse_upstream", lambda text, sample: "x", raising=False)
    scorer.asked.clear()
    assert {record.scores["length"] for record in scoring.score(cell, answers(cell))} == {1 / 99}
