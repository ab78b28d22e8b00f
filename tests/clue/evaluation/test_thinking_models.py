"""Checkpoints that think, through a complete run: thoughts that close, are cut, or never close."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from clue.launch.worker import run_job
from clue.records import Record
from clue.store.records_table import read_table
from tests import tiny
from tests.clue.faulty import done, job_request, lines, statuses

THINKS = tiny.CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
MAY_THINK = tiny.CHATML + "{# </think> #}"
NATIVE = ("thinking.mode=native", "thinking.budget=24")
TASK = ("mednli",)
FLAGS = ("truncated", "empty", "unparsed", "thought_cut", "unfinished_thought", "no_thought")


def records(
    tmp_path: Path, data: Path, words: Sequence[str], template: str, *overrides: str
) -> list[Record]:
    """Records of MedNLI by a model that answers every question with these words."""
    folder = tiny.scripted(tmp_path / "model", words, template=template)
    model = [f"model.repo={folder}", "model=hf", "model.dtype=float32", "backend=transformers"]
    request = job_request(tmp_path / "mlruns", data, *model, *overrides, tasks=TASK)
    assert statuses(done(request)) == {"mednli": "done"}
    (path,) = (tmp_path / "mlruns").glob("cells/mednli/*/*/records-*.parquet")
    return list(read_table(path).records)


def kinds(rows: Sequence[Record]) -> Any:
    """What all records have in common."""
    common = {
        (
            row.answer,
            row.completion.text,
            row.completion.thought,
            row.completion.thought_end,
            row.measures.get("thought_tokens"),
            tuple(name for name in FLAGS if row.flags.get(name)),
        )
        for row in rows
    }
    (one,) = common
    return one


CASES = [
    # closed by the model
    (
        THINKS,
        ["why?", "neutral?", "</think>", "contradiction"],
        ("contradiction", "contradiction", "why?neutral?", "closed", 3, ()),
    ),
    # the turn ends within the thought, which names an answer
    (
        THINKS,
        ["why?", "entailment"],
        (None, "", "why?entailment", "open", 3, ("empty", "unparsed", "unfinished_thought")),
    ),
    # the model opens the thought itself
    (
        MAY_THINK,
        ["<think>", "neutral?", "</think>", "entailment"],
        ("entailment", "entailment", "neutral?", "closed", 3, ()),
    ),
    # it does not think
    (MAY_THINK, ["entailment"], ("entailment", "entailment", None, "absent", 0, ("no_thought",))),
]


@pytest.mark.parametrize(("template", "words", "expected"), CASES)
def test_a_thought_is_never_read(
    template: str, words: list[str], expected: Any, tmp_path: Path, data: Path
) -> None:
    rows = records(tmp_path, data, words, template, *NATIVE)
    assert kinds(rows) == expected
    if expected[0] is None:
        assert {row.scores["accuracy"] for row in rows} == {0.0}


def test_a_thought_that_goes_on_for_ever_is_cut_and_answered(tmp_path: Path, data: Path) -> None:
    words = ["entailment?", "neutral?", "entailment?"]
    rows = records(tmp_path, data, words, THINKS, *NATIVE)
    _, text, thought, end, tokens, flags = kinds(rows)
    assert (end, tokens) == ("cut", 24)
    assert thought.startswith("entailment?neutral?entailment?neutral?")
    assert text == "entailment?neutral?" * 10  # the closing leads to the first word again
    assert {"truncated", "thought_cut"} <= set(flags)
    assert {row.completion.new_tokens for row in rows} == {20}


def test_a_chain_of_thought_is_asked_for_and_read_behind_its_heading(
    tmp_path: Path, data: Path
) -> None:
    words = ["It may be neutral.", "\nAnswer:", " entailment"]
    answer, text, thought, end, *_ = kinds(
        records(tmp_path, data, words, tiny.CHATML, "prompt=cot")
    )
    assert (answer, text.strip(), thought) == ("entailment", "entailment", "It may be neutral.")
    assert end == "closed"


def test_an_answer_at_once_has_no_column_of_thoughts(tmp_path: Path, data: Path) -> None:
    rows = records(tmp_path, data, ["entailment"], tiny.CHATML)
    assert kinds(rows) == ("entailment", "entailment", None, None, None, ())
    assert "thought_end" not in rows[0].row()


def test_a_thought_is_as_private_as_an_answer(tmp_path: Path, data: Path) -> None:
    """No word of a thought is anywhere but in the store of completions and records."""
    words = ["zebrafish", "</think>", "entailment"]
    records(tmp_path, data, words, THINKS, *NATIVE, "logging.text=hash")
    holders = {
        path.name
        for path in (tmp_path / "mlruns").rglob("*")
        if path.is_file() and b"zebrafish" in path.read_bytes()
    }
    assert {name.partition("-")[0] for name in holders} <= {"completions.jsonl", "records"}
    assert "completions.jsonl" in holders


def test_a_template_that_always_thinks_is_refused_with_the_setting_to_change(
    tmp_path: Path, data: Path
) -> None:
    folder = tiny.scripted(tmp_path / "model", ["a"], template=THINKS)
    model = [f"model.repo={folder}", "model=hf", "model.dtype=float32", "backend=transformers"]
    request = job_request(tmp_path / "mlruns", data, *model, tasks=TASK)
    run_job(request)
    assert lines(tmp_path / "mlruns", "mednli") == 0
    text = request.outcomes.read_text()
    assert "thinking.mode=native" in text
    assert "model.chat_template=" in text
