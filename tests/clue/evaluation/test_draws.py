"""Sampled answers and thoughts in the store: more draws add answers, and a killed run goes on."""

from pathlib import Path

import pytest

from clue.errors import Terminated
from clue.launch.worker import run_job
from clue.records import Completion, SampleKey
from clue.store.records_table import RecordsTable, read_table
from tests.clue.faulty import act_after, done, job_request, lines, statuses
from tests.conftest import empty_store

TASK = ("mednli",)
ITEMS = 6
THINKING = ("thinking.mode=native", "thinking.budget=30")


def settings(draws: int) -> list[str]:
    return ["generation.temperature=0.7", f"generation.draws={draws}", *THINKING]


def ask(mlruns: Path, data: Path, *overrides: str) -> None:
    request = job_request(mlruns, data, *overrides, tasks=TASK)
    assert statuses(done(request)) == {"mednli": "done"}


def completions(mlruns: Path) -> dict[SampleKey, Completion]:
    """Of the table with the most records."""
    tables = map(read_table, mlruns.glob("cells/mednli/*/*/records-*.parquet"))
    largest: RecordsTable = max(tables, key=lambda table: len(table.records))
    return {record.key: record.completion for record in largest.records}


def test_more_draws_add_answers_and_a_killed_run_goes_on(
    mlruns: Path, fresh_store: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise Terminated

    for draws, lost in ((3, 4), (8, 2)):
        before = lines(mlruns, "mednli")
        with monkeypatch.context() as patched:
            act_after(patched, stop, after=lost)
            with pytest.raises(Terminated):
                run_job(job_request(mlruns, data, *settings(draws), tasks=TASK))
        assert lines(mlruns, "mednli") == before + lost
        ask(mlruns, data, *settings(draws))
        assert lines(mlruns, "mednli") == draws * ITEMS
    assert len(list(mlruns.glob("cells/mednli/*/*/completions.jsonl"))) == 1

    undisturbed = empty_store(fresh_store, tmp_path / "undisturbed")
    ask(undisturbed, data, *settings(8))
    answers = completions(undisturbed)
    assert completions(mlruns) == answers
    assert len(answers) == 8 * ITEMS
    by_draw = {key.draw: {other for other in answers if other.draw == key.draw} for key in answers}
    assert {len(keys) for keys in by_draw.values()} == {ITEMS}
    texts = {key: answer.text for key, answer in answers.items()}
    first = next(iter(texts))
    assert len({texts[first._replace(draw=draw)] for draw in range(8)}) > 5


def test_thoughts_are_stored_beside_the_answers_and_read_back(mlruns: Path, data: Path) -> None:
    ask(mlruns, data, *settings(8))
    answers = completions(mlruns).values()
    assert {answer.thought_end for answer in answers} >= {"closed", "open"}
    for answer in answers:
        assert answer.thought
        assert 0 < answer.thought_tokens <= 30
        assert (answer.thought_end == "open") == (answer.text == "")


def test_greedy_answers_at_once_have_no_columns_of_a_thought(mlruns: Path, data: Path) -> None:
    ask(mlruns, data)
    (path,) = mlruns.glob("cells/mednli/*/*/completions.jsonl")
    assert "thought" not in path.read_text()
    assert {answer.thought_end for answer in completions(mlruns).values()} == {None}
