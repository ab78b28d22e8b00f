"""Declared cells that a store lacks, and the commands that evaluate them."""

import shlex
from pathlib import Path

from analysis.configuration import configuration
from analysis.paired_study.missing import (
    list_command,
    missing_tasks,
    run_command,
    study_command,
    unevaluated_tasks,
)
from clue.config.schema import ModelConf
from tests.analysis.paired_study.stores import declared_cell, declared_study, record

ROWS = [record("a", {"rouge1": 0.5})]


def test_a_base_that_is_not_evaluated_under_the_prompt_setting_is_missing(tmp_path: Path) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS, prompt="paper")
    declared_cell(tmp_path, "meditron7b", "meqsum", ROWS, prompt="zero_shot")
    words = ("models=meditron7b", "tasks=meqsum", "prompts=zero_shot")
    (lack,) = missing_tasks(*declared_study(tmp_path, *words))
    assert (lack.model, lack.tasks, lack.partners) == ("llama2_7b", ("meqsum",), ("meditron7b",))
    assert lack.command == (
        "python run.py model=llama2_7b task=meqsum prompt=zero_shot paths.data=nowhere "
        f"paths.mlruns={tmp_path}"
    )


def test_one_command_evaluates_all_that_a_base_lacks(tmp_path: Path) -> None:
    for tuned in ("med42_8b", "openbiollm8b"):
        for task in ("meqsum", "mednli"):
            declared_cell(tmp_path, tuned, task, ROWS)
    (lack,) = missing_tasks(*declared_study(tmp_path, "models=med42_8b,openbiollm8b"))
    assert lack.partners == ("med42_8b", "openbiollm8b")
    assert shlex.split(lack.command)[2:5] == [
        *("model=llama3_8b_instruct", "task=[mednli,meqsum]", "prompt=paper")
    ]


def test_a_model_without_a_file_is_named_by_its_checkpoint(tmp_path: Path) -> None:
    mine = ModelConf(repo="org/mine", revision="v2", dtype="float16", base="llama2_7b")
    declared_cell(tmp_path, mine, "meqsum", ROWS)
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    declared_cell(tmp_path, "llama2_7b", "mednli", ROWS)
    words = ("models=org--mine", "tasks=meqsum,mednli")
    study, conf = declared_study(tmp_path, *words)
    assert [(key.model, key.task) for key in study.cells] == [
        *(("llama2_7b", "mednli"), ("llama2_7b", "meqsum"), ("org--mine", "meqsum"))
    ]
    (lack,) = missing_tasks(study, conf)
    assert lack.command.startswith(
        "python run.py model=hf model.repo=org/mine model.revision=v2 model.dtype=float16 "
        "model.base=llama2_7b task=mednli prompt=paper "
    )


def test_tasks_that_neither_model_has_are_apart_from_those_of_one_model(tmp_path: Path) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    declared_cell(tmp_path, "meditron7b", "meqsum", ROWS)
    study, conf = declared_study(tmp_path, "models=meditron7b", "tasks=meqsum,mednli")
    assert not missing_tasks(study, conf)
    assert [(lack.model, lack.tasks) for lack in unevaluated_tasks(study, conf)] == [
        *(("llama2_7b", ("mednli",)), ("meditron7b", ("mednli",)))
    ]


def test_a_command_has_the_settings_of_the_study(tmp_path: Path) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    words = ("models=meditron7b", "backends=vllm,fake")
    settings = ("settings.tasks.meqsum.limit=8", "settings.tasks.mednli.limit=4")
    study, conf = declared_study(tmp_path, *words, *settings)
    conf.study.scoring = "paper"  # its scorers are not looked for
    assert shlex.split(run_command(study, conf, "meditron7b", ("paper", ["meqsum"])))[2:] == [
        *("model=meditron7b", "task=meqsum", "prompt=paper", "scoring=paper", "paths.data=nowhere"),
        *(f"paths.mlruns={tmp_path}", "tasks.meqsum.limit=8", "backend=vllm"),
    ]


def test_data_that_a_study_declares_precede_those_of_the_command(tmp_path: Path) -> None:
    declared_cell(tmp_path, "llama2_7b", "meqsum", ROWS)
    study, conf = declared_study(tmp_path, "study=demo")
    words = shlex.split(run_command(study, conf, "smollm2_135m", ("paper", ["mednli"])))
    assert [word for word in words if word.startswith("paths.data=")] == ["paths.data=demo"]


def test_commands_of_the_default_locations_name_none() -> None:
    conf = configuration(["study=demo"])
    assert study_command(conf) == "python run.py -m study=demo"
    assert list_command(conf) == "python -m clue store list --study demo"
    other = configuration(["paths.mlruns=/my store"])
    assert list_command(other) == "python -m clue store list --mlruns '/my store'"
