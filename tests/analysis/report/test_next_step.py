"""The last line is a command that leads to a comparison, if nothing can be compared."""

from pathlib import Path

import pytest

from analysis.paired_study import run
from analysis.report.formats.next_step import no_pair_lines
from clue.errors import StoreError
from tests.analysis.paired_study.stores import cell, declared_cell, declared_study, record

ROWS = [record("a", {"rouge1": 0.5})]


def next_command(store: Path, *words: str) -> str:
    study, conf = declared_study(store, *words)
    (line,) = no_pair_lines(run(study, conf), conf)
    return line.partition("Next: ")[2]


def test_the_missing_half_of_a_pair_is_evaluated(tmp_path: Path) -> None:
    declared_cell(tmp_path, "meditron7b", "meqsum", ROWS)
    command = next_command(tmp_path, "models=meditron7b", "tasks=meqsum")
    assert command.startswith("python run.py model=llama2_7b task=meqsum ")


def test_cells_that_count_in_another_study_are_analysed_as_that(tmp_path: Path) -> None:
    for model in ("meditron7b", "llama2_7b"):
        declared_cell(tmp_path, model, "meqsum", ROWS)
    command = next_command(tmp_path, "study=exams")
    assert command.startswith("python -m analysis study=paper ")


def test_trials_of_two_models_are_shown_marked(tmp_path: Path) -> None:
    for model in ("meditron7b", "llama2_7b"):
        cell(tmp_path, model, "meqsum", ROWS)
    command = next_command(tmp_path)
    assert command.startswith("python -m analysis ")
    assert "include_trials=true" in command.split()


def test_a_store_of_one_foreign_cell_leads_to_the_study(tmp_path: Path) -> None:
    cell(tmp_path, "somebody", "meqsum", ROWS)
    assert next_command(tmp_path).startswith("python run.py -m study=paper ")


def test_an_empty_store_names_a_command_that_fills_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=rf"python run.py -m study=demo paths.mlruns={tmp_path}"):
        declared_study(tmp_path)
