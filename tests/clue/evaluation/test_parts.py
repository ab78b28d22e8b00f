"""Metrics of the parts of one answer: what is compared, reused and refused."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from clue import cell as cells
from clue.cell import Cell
from clue.config.schema import Config, ModelConf, PathsConf
from clue.config.scoring_schema import ScoringConf
from clue.errors import ConfigError
from clue.evaluation import scoring
from clue.metrics import accuracy, references, registry, rouge
from clue.metrics.registry import METRICS, Metric
from clue.metrics.scorer import Scores, Scoring
from clue.records import Completion, Record
from clue.store.records_table import RecordsTable, write_table
from clue.task import mts_dialog
from tests.clue.task.test_task import build_task

NAMES = ("section_header_accuracy", "rouge1")


class Recording:
    """ROUGE and accuracy that record what they were asked to compare."""

    def __init__(self) -> None:
        self.asked: dict[str, list[tuple[str | None, str]]] = {}

    def signature(self, name: str, scoring: Scoring) -> str:
        return name

    def score(
        self,
        names: Sequence[str],
        answers: Sequence[str | None],
        targets: Sequence[str],
        scoring: Scoring,
    ) -> Scores:
        self.asked |= {name: list(zip(answers, targets, strict=True)) for name in names}
        scorer = rouge if "rouge1" in names else accuracy
        scores: Scores = scorer.score(names, answers, targets, scoring)
        return scores


@pytest.fixture
def scorer(monkeypatch: pytest.MonkeyPatch) -> Recording:
    recording = Recording()
    table = {name: replace(METRICS[name], scorer=recording) for name in NAMES}
    for module in (registry, references, scoring):
        monkeypatch.setattr(module, "METRICS", table)
    return recording


def cell_of(name: str, data: Path, folder: Path) -> Cell:
    task = build_task(name, data)
    split = task.split()
    config = Config(model=ModelConf(name="m"), paths=PathsConf(mlruns=str(folder)))
    options = Scoring(ScoringConf(), folder)
    signatures = references.task_signatures(task, NAMES, options, has_authors_references=False)
    prompts = tuple(task.prompt(sample, split.shots) for sample in split.scored)
    return Cell(config, task, split.scored, prompts, {}, signatures)


@pytest.fixture
def cell(scorer: Recording, data: Path, tmp_path: Path) -> Cell:
    return cell_of("mts_dialog", data, tmp_path)


def answered(cell: Cell, text: str = "GENHX\nKnee.") -> list[Record]:
    texts = [text, "Knee.", *[""] * (len(cell.samples) - 2)]
    return scoring.score(cell, [Completion(one, "stop", 1, 1, 0.1) for one in texts])


def test_each_metric_compares_its_part_of_answer_and_reference(
    cell: Cell, scorer: Recording
) -> None:
    records = answered(cell)
    headers, texts = scorer.asked["section_header_accuracy"], scorer.asked["rouge1"]
    assert headers[:2] == [
        ("GENHX", mts_dialog.header(cell.samples[0].target)),
        ("", mts_dialog.header(cell.samples[1].target)),
    ]
    assert texts[0] == ("Knee.", mts_dialog.section_text(cell.samples[0].target))
    assert {answer for answer, _ in headers[2:]} == {None}
    assert [record.answer for record in records][:3] == ["GENHX\nKnee.", "\nKnee.", None]
    assert records[1].scores["section_header_accuracy"] == 0.0
    assert records[1].scores["rouge1"] == records[0].scores["rouge1"]
    assert not records[1].flags["unparsed"]


def test_scores_of_a_part_are_used_again_for_the_same_part(cell: Cell, scorer: Recording) -> None:
    table = RecordsTable(answered(cell), cell.signatures)
    write_table(cell.store.records_path(cell.id), table)
    scorer.asked.clear()
    again = answered(cell, "PLAN\nKnee.")
    assert set(scorer.asked) == {"section_header_accuracy"}  # the text is the same
    assert [answer for answer, _ in scorer.asked["section_header_accuracy"]] == ["PLAN"]
    assert again[0].scores["rouge1"] is not None


def test_the_signature_names_the_part_and_the_version_of_its_rule(
    cell: Cell, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cell.signatures["rouge1"] == "rouge1|part text, version 1"
    assert cell.signatures["section_header_accuracy"].endswith("|part section_header, version 1")
    monkeypatch.setitem(mts_dialog.VERSIONS, "parts", 2)
    assert cell_of("mts_dialog", data, tmp_path).signatures["rouge1"].endswith("version 2")
    assert cell_of("meqsum", data, tmp_path).signatures["rouge1"] == "rouge1"


def test_a_part_that_answers_do_not_have_is_refused(data: Path, tmp_path: Path) -> None:
    for name, metric, message in (
        ("meqsum", "section_header_accuracy", "the answers of meqsum have text: leave it out"),
        ("medec", "rouge2", "the part text .* have error_flag, error_sentence, correction"),
    ):
        task = build_task(name, data)
        task = replace(task, conf=replace(task.conf, metrics=[metric]))
        config = Config(paths=PathsConf(mlruns=str(tmp_path)))
        with pytest.raises(ConfigError, match=rf"tasks\.{name}\.metrics: {metric} .*{message}"):
            cells._signatures(config, task, task.split())


def test_every_metric_compares_a_part_that_some_task_has() -> None:
    parts = {"text", "section_header", "error_flag", "error_sentence", "correction"}
    assert {metric.part for metric in METRICS.values()} == parts
    assert Metric("binary", accuracy).part == "text"
