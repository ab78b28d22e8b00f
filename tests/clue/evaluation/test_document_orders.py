"""Both orders of LongHealth's documents in a dry run, against the prompts of both."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from clue.backends.word_count import WordCount
from clue.cell import Cell, build
from clue.config.schema import Config
from clue.evaluation.document_orders import OrderCost, order_costs
from clue.evaluation.outcome import Outcome
from clue.launch.plan_table import plan_tables
from tests.clue.evaluation.test_dry_run import PLAN
from tests.clue.faulty import done, job_request

ANSWERS = 900.0


def cell_of(mlruns: Path, data: Path, *overrides: str, task: str = "longhealth1") -> Cell:
    config = OmegaConf.to_object(job_request(mlruns, data, *overrides).composed)
    assert isinstance(config, Config)
    return build(config, task, WordCount(config.model))


def costs_of(cell: Cell, tokens: int, **changes: Any) -> list[OrderCost]:
    options: dict[str, Any] = {"answer_tokens": ANSWERS, "hours": 2.0, "once": True} | changes
    return order_costs(cell, tokens, **options)


def texts(cell: Cell) -> list[str]:
    return ["".join(message.content for message in one.messages) for one in cell.prompts]


def read(cell: Cell) -> int:
    return len({text[:length] for text in texts(cell) for length in range(1, len(text) + 1)})


def test_an_order_costs_what_the_prompts_of_its_own_cell_cost(mlruns: Path, data: Path) -> None:
    cells = [
        cell_of(mlruns, data, f"tasks.longhealth1.order={order}")
        for order in ("per_question", "per_patient")
    ]
    sent = [len("".join(texts(cell))) for cell in cells]
    needed = [read(cell) for cell in cells]
    assert needed[1] < needed[0] < sent[0]
    for own, other in ((0, 1), (1, 0)):
        first, second = costs_of(cells[own], sent[own])  # a character counts as a token
        assert first[:4] == (cells[own].task.conf.order, sent[own], needed[own], 2.0)
        assert second[:3] == (cells[other].task.conf.order, sent[other], needed[other])
        ratio = (needed[other] + ANSWERS) / (needed[own] + ANSWERS)
        assert second.hours == pytest.approx(2.0 * ratio, rel=1e-12)


def test_draws_that_are_read_once_count_once(mlruns: Path, data: Path) -> None:
    drawn = cell_of(mlruns, data, "generation.temperature=0.7", "generation.draws=3")
    once, each = (costs_of(drawn, 10**6, once=once) for once in (True, False))
    single = costs_of(cell_of(mlruns, data), 10**6)
    assert once == single
    # a cache reads what the draws share once; each draw counts a third of the tokens sent
    assert each[0].read_tokens == pytest.approx(once[0].read_tokens / 3, abs=1)


def test_without_documents_or_a_speed_nothing_is_invented(mlruns: Path, data: Path) -> None:
    assert costs_of(cell_of(mlruns, data, task="mednli"), 100) == []
    assert {cost.hours for cost in costs_of(cell_of(mlruns, data), 100, hours=None)} == {None}


def test_what_the_other_order_shortens_is_noted_and_not_logged_as_ours(
    mlruns: Path, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cell = cell_of(mlruns, data, "tasks.longhealth1.budget=250")
    caplog.clear()
    chosen, other = costs_of(cell, 1000)
    assert not chosen.notes
    (note,) = other.notes
    assert "are shortened evenly" in note
    assert not caplog.records


def test_a_dry_run_shows_both_orders_and_their_sums(mlruns: Path, data: Path) -> None:
    words = ("dry_run=true", "dry_run_tokens_per_second=10")
    rows = done(job_request(mlruns, data, *words))
    plan = rows["longhealth1"].plan
    chosen, other = (OrderCost(*cost) for cost in plan["orders"])
    assert (chosen.order, other.order) == ("per_question", "per_patient")
    assert chosen.prompt_tokens == plan["prompt_tokens"]
    hours = (plan["prompt_tokens"] + plan["answer_tokens"]) / 10 / 3600
    assert chosen.hours == pytest.approx(hours, rel=1e-12)
    assert other.hours is not None
    assert other.hours < hours
    assert not rows["mednli"].plan["orders"]


def test_the_table_marks_the_chosen_order_and_adds_cells_up() -> None:
    orders = [
        OrderCost("per_question", 1000, 700, 0.5, ()),
        OrderCost("per_patient", 1100, 90, 0.1, ("cut",)),
    ]
    plan = json.loads(json.dumps(asdict(replace(PLAN, orders=orders))))  # as a process hands it on
    rows = [Outcome("a", f"longhealth{n}", "paper", "planned", plan=plan) for n in (1, 2)]
    *_, table = plan_tables(rows)
    cells = [list(column.cells) for column in table.columns]
    lines = [[column[row] for column in cells[3:]] for row in range(table.row_count)]
    assert lines[:2] == [
        ["per_question, chosen", "~1,000", "~700", "30 min", ""],
        ["per_patient", "~1,100", "~90", "6.0 min", "cut"],
    ]
    assert lines[4:] == [
        ["per_question", "~2,000", "~1,400", "60 min", ""],
        ["per_patient", "~2,200", "~180", "12 min", ""],
    ]
    *_, alone = plan_tables([Outcome("a", "mednli", "paper", "planned", plan=asdict(PLAN))])
    assert alone.row_count == 0
