"""Answers of an archive are read again; masked ones are no answers and are generated anew."""

from pathlib import Path

import pytest

from clue import evaluate
from clue.cli.store.parser import main as store_command
from clue.store.generations import generations
from clue.store.records_table import read_table
from tests.conftest import empty_store


def texts(store: Path) -> list[str]:
    """Answers of the newest kind of table, in the order of the samples."""
    (generation,) = generations(store)
    return [record.completion.text for record in read_table(generation.tables()[-1]).records]


@pytest.mark.parametrize("mode", ["full", "hash", "none"])
def test_only_answers_that_an_archive_holds_are_read_again(
    mlruns: Path, fresh_store: Path, tmp_path: Path, mode: str
) -> None:
    settings = {"backend": "fake", "paths.data": "demo", "limit": 3}
    evaluate("llama2_7b", "mednli", {**settings, "paths.mlruns": str(mlruns)})
    archive = str(tmp_path / "cells.zip")
    assert store_command(["export", "--mlruns", str(mlruns), "--text", mode, archive]) == 0
    other = empty_store(fresh_store, tmp_path / "other")
    assert store_command(["import", "--mlruns", str(other), archive]) == 0
    metrics = {"tasks.mednli.metrics": ["accuracy"], "paths.mlruns": str(other)}
    (outcome,) = evaluate("llama2_7b", "mednli", {**settings, **metrics})
    assert outcome.status == "done"
    (generation,) = generations(other)
    answers = [completion.text for completion in generation.store.completions().values()]
    assert sorted(answers) == sorted(texts(mlruns))
