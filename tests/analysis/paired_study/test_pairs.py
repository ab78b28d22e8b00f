from pathlib import Path

from analysis.paired_study.pairs import (
    ModelPair,
    matched_cells,
    missing_tasks,
    model_pairs,
    partners,
    run_command,
    unevaluated_tasks,
)
from benchmarks.found_study import cells_by_name
from tests.analysis.paired_study.stores import cell, record

ROWS = [record("a", {"rouge1": 0.5})]


def test_a_model_that_names_a_base_makes_a_pair(tmp_path: Path) -> None:
    cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    cell(tmp_path, "meditron7b", "meqsum", ROWS, base="llama2_7b")
    cells = cells_by_name(tmp_path)
    (pair,) = model_pairs(cells, "base")
    assert pair == ModelPair("paper", "meditron7b", "llama2_7b")
    (match,) = matched_cells(cells, pair)
    assert (match.base.facts["model"], match.tuned.facts["model"]) == ("llama2_7b", "meditron7b")
    assert not missing_tasks(cells, [pair])


def test_the_ancestor_is_compared_with_on_request(tmp_path: Path) -> None:
    cell(tmp_path, "aloe8b", "meqsum", ROWS, base="llama3_8b_instruct", ancestor="llama3_8b")
    cell(tmp_path, "meditron7b", "meqsum", ROWS, base="llama2_7b")
    cells = cells_by_name(tmp_path)
    assert [pair.base for pair in model_pairs(cells, "base")] == ["llama3_8b_instruct", "llama2_7b"]
    assert [pair.base for pair in model_pairs(cells, "ancestor")] == ["llama3_8b", "llama2_7b"]


def test_a_pair_is_compared_within_a_prompt_setting(tmp_path: Path) -> None:
    cell(tmp_path, "llama2_7b", "meqsum", ROWS, prompt="paper")
    cell(tmp_path, "meditron7b", "meqsum", ROWS, prompt="zero_shot", base="llama2_7b")
    cells = cells_by_name(tmp_path)
    (pair,) = model_pairs(cells, "base")
    assert not matched_cells(cells, pair)
    (lack,) = missing_tasks(cells, [pair])
    assert lack.command == "python run.py model=llama2_7b task=meqsum prompt=zero_shot"


def test_one_command_makes_all_that_a_base_lacks(tmp_path: Path) -> None:
    for tuned in ("med42_8b", "openbiollm8b"):
        for task in ("meqsum", "mednli"):
            cell(tmp_path, tuned, task, ROWS, base="llama3_8b_instruct")
    cells = cells_by_name(tmp_path)
    (lack,) = missing_tasks(cells, model_pairs(cells, "base"))
    assert lack.partners == ("med42_8b", "openbiollm8b")
    assert lack.command == (
        "python run.py model=llama3_8b_instruct 'task=[mednli,meqsum]' prompt=paper"
    )


def test_a_model_without_a_file_is_named_by_its_checkpoint(tmp_path: Path) -> None:
    cell(
        tmp_path,
        "org--mine",
        "meqsum",
        ROWS,
        base="llama2_7b",
        generation=generation_of("org/mine"),
    )
    cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    cell(tmp_path, "llama2_7b", "mednli", ROWS)
    cells = cells_by_name(tmp_path)
    (lack,) = missing_tasks(cells, model_pairs(cells, "base"))
    assert lack.command == (
        "python run.py model=hf model.repo=org/mine model.base=llama2_7b task=mednli prompt=paper"
    )


def test_tasks_that_neither_model_has_are_told_apart(tmp_path: Path) -> None:
    cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    cell(tmp_path, "meditron7b", "meqsum", ROWS, base="llama2_7b")
    cells = cells_by_name(tmp_path)
    lacking = unevaluated_tasks(cells, model_pairs(cells, "base"), ["meqsum", "mednli"])
    assert [tasks.command for tasks in lacking] == [
        run_command(model, ["mednli"], "paper") for model in ("llama2_7b", "meditron7b")
    ]


def test_partners_are_those_whose_files_name_a_model() -> None:
    assert "meditron7b" in partners("llama2_7b")
    assert not partners("meditron7b")


def generation_of(repo: str) -> dict[str, object]:
    return {"protocol": {}, "model": {"repo": repo}, "backend": {"name": "transformers"}}
