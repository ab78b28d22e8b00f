"""The budget `auto` follows from the shortest context of a study."""

import json
from pathlib import Path

import pytest

from clue.config.composition import composed
from clue.config.schema import Config, PathsConf
from clue.config.study_schema import StudyConf
from clue.errors import ConfigError
from clue.launch.worker import run_job
from clue.study.declaration import declare, load
from clue.study.expected import Resolver
from clue.study.selection import choose
from clue.task.document_budget import resolved
from clue.task.protocol import protocol_settings
from clue.task.task import Task
from clue.task.task_files import load as load_task
from tests import tiny
from tests.clue.faulty import job_request

AUTO = "tasks.longhealth2.budget=auto"
LONG = ["mistral7b_instruct_v01", "meditron3_8b"]


def budget(models: list[str], comparator: str = "base") -> int:
    study = StudyConf("long", models=models, comparator=comparator)
    task = load_task("longhealth2")
    task.budget = "auto"
    return resolved(task, study).characters


def test_the_shortest_context_decides() -> None:
    assert budget(["meditron3_8b"]) == (131_072 - 50 - 512) * 2.5
    assert budget(["meditron3_8b", "biomistral7b"]) == (32_768 - 50 - 512) * 2.5
    assert budget(["meditron3_8b:llama3_8b_instruct"]) == (8_192 - 50 - 512) * 2.5


def test_the_base_counts_although_the_entry_does_not_name_it() -> None:
    assert budget(["openbiollm8b"]) == budget(["openbiollm8b:llama3_8b_instruct"])


def test_models_that_cannot_run_the_task_do_not_count() -> None:
    assert budget(["meditron7b", "meditron3_8b"]) == budget(["meditron3_8b"])
    with pytest.raises(ConfigError, match=r"longhealth2\.budget=20000"):
        budget(["meditron7b"])


def test_a_number_stays_and_a_word_is_refused() -> None:
    config = composed("config", Config, ["task=longhealth2", "tasks.longhealth2.budget=31000"])
    assert Task.of(config, "longhealth2").conf.characters == 31_000
    with pytest.raises(AssertionError):
        _ = composed("config", Config, ["task=longhealth2", AUTO]).tasks["longhealth2"].characters


def own_study(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "study").mkdir()
    (folder / "study" / "long.yaml").write_text(
        "name: long\nmodels: [biomistral7b, meditron3_8b]\ntasks: [longhealth2]\n"
        "settings: {tasks.longhealth2.budget: auto}\n"
    )
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))


def test_a_run_and_the_study_resolve_the_same_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_study(tmp_path, monkeypatch)
    overrides = ["task=longhealth2", "study=long", AUTO, "paths.data=demo"]
    config = composed("config", Config, overrides)
    run = protocol_settings(Task.of(config, "longhealth2"))["budget"]
    declared = Resolver(declare(load("long")), config.paths).task("longhealth2", "paper")
    assert run == declared.protocol["budget"] == (32_768 - 50 - 512) * 2.5


def test_a_part_of_a_study_has_the_budget_of_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_study(tmp_path, monkeypatch)
    part = declare(choose(["study=long", "models=meditron3_8b"]).conf)
    assert list(part.models) == ["meditron3_8b", "llama31_8b_instruct"]
    expected = Resolver(part, PathsConf(data="demo")).task("longhealth2", "paper")
    assert expected.protocol["budget"] == (32_768 - 50 - 512) * 2.5


def test_a_job_resolves_it(tmp_path: Path) -> None:
    tiny.study(tmp_path)
    request = job_request(tmp_path / "store", tmp_path, AUTO, tasks=("longhealth2",))
    run_job(request)
    cell = json.loads(next((tmp_path / "store" / "cells").rglob("cell.json")).read_text())
    assert cell["protocol"]["budget"] == (8_192 - 50 - 512) * 2.5
