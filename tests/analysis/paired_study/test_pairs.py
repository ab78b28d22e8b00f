from pathlib import Path

from analysis.paired_study.pairs import ModelPair, matched_cells
from tests.analysis.paired_study.stores import declared_cell, declared_study, record

ROWS = [record("a", {"rouge1": 0.5})]


def test_a_pair_has_the_cells_of_both_models_on_each_task(tmp_path: Path) -> None:
    for model, task in (("llama2_7b", "meqsum"), ("meditron7b", "meqsum"), ("llama2_7b", "mednli")):
        declared_cell(tmp_path, model, task, ROWS)
    study, _ = declared_study(tmp_path, "models=meditron7b")
    assert study.pairs == [ModelPair("paper", "meditron7b", "llama2_7b")]
    (match,) = matched_cells(study.cells, study.pairs[0])
    assert match.task == "meqsum"
    assert (match.base.facts["model"], match.tuned.facts["model"]) == ("llama2_7b", "meditron7b")


def test_a_pair_is_compared_within_a_prompt_setting(tmp_path: Path) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS, prompt="paper")
    declared_cell(tmp_path, "meditron7b", "meqsum", ROWS, prompt="zero_shot")
    study, _ = declared_study(tmp_path, "models=meditron7b", "prompts=paper,zero_shot")
    assert [pair.prompt for pair in study.pairs] == ["paper", "zero_shot"]
    assert [matched_cells(study.cells, pair) for pair in study.pairs] == [[], []]
