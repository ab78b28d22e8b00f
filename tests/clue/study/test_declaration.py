"""Models, pairs, levels and hypotheses of a declared study."""

from dataclasses import replace
from pathlib import Path

import pytest

from clue.config.schema import ModelConf
from clue.config.study_pairs import DeclaredPair
from clue.errors import ConfigError
from clue.study.declaration import CellKey, Declaration, declare, load, names
from clue.task import task_files
from tests.clue.study.conftest import declared

OWN_TASK = "# @package tasks.{name}\nname: {name}\nreader: {reader}\nlevel: 1\n"


@pytest.mark.parametrize("name", names())
def test_every_study_file_can_be_used(name: str) -> None:
    study = declare(load(name))
    assert study.name == name
    assert study.pairs
    assert study.keys


def test_the_papers_study_has_its_pairs_and_hypotheses() -> None:
    study = declare(load("paper"))
    assert len(study.pairs) == 12
    assert study.pairs[0] == DeclaredPair("aloe8b", "llama3_8b_instruct")
    assert study.hypotheses() == {"overall": 12, "levels": 24, "tasks": 72}
    assert len(study.pair_keys) == 19 * 8
    assert len(study.keys) == (19 + 4) * 8
    assert study.pair_keys == sorted(study.pair_keys)
    assert CellKey("paper", "aloe8b", "mednli").name == "aloe8b/mednli/paper"


def test_the_open_study_has_the_papers_pairs_on_other_tasks() -> None:
    study, paper = declare(load("open")), declare(load("paper"))
    assert study.pairs == paper.pairs
    assert study.tasks == ("aci_bench", "medec", "mts_dialog")
    assert not set(study.tasks) & set(paper.tasks)
    assert list(study.tree.composites) == ["open"]
    assert study.hypotheses() == {"levels": 12, "tasks": 36}


def test_the_ancestor_is_compared_with_where_there_is_one() -> None:
    study = declared("models=aloe8b,meditron7b", "comparator=ancestor")
    assert study.pairs == (
        DeclaredPair("aloe8b", "llama3_8b"),
        DeclaredPair("meditron7b", "llama2_7b"),
    )


@pytest.mark.parametrize(
    ("words", "sizes"),
    [
        (("models=aloe8b",), {"overall": 1, "levels": 2, "tasks": 6}),
        (("models=aloe8b,med42_8b", "tasks=level1"), {"overall": 0, "levels": 2, "tasks": 6}),
        (("models=aloe8b", "tasks=longhealth"), {"overall": 0, "levels": 0, "tasks": 1}),
        (("models=aloe8b", "tasks=longhealth1"), {"overall": 0, "levels": 0, "tasks": 1}),
        (
            ("models=aloe8b", "tasks=longhealth1,longhealth3,mednli"),
            {"overall": 0, "levels": 0, "tasks": 3},
        ),
        (("models=aloe8b", "families=overall"), {"overall": 1}),
        (("models=aloe8b", "families=overall", "prompts=paper,zero_shot"), {"overall": 1}),
    ],
)
def test_families_have_the_size_of_the_declaration(
    words: tuple[str, ...], sizes: dict[str, int]
) -> None:
    assert declared(*words).hypotheses() == sizes


def test_a_task_without_the_rest_of_its_data_set_is_tested_itself() -> None:
    assert declared("tasks=longhealth1,mednli").tested_scores == {
        "longhealth1": "longhealth1",
        "mednli": "mednli",
    }
    tested = declared("tasks=longhealth").tested_scores
    assert tested == dict.fromkeys(("longhealth1", "longhealth2", "longhealth3"), "longhealth")


def test_a_model_without_a_file_is_compared_with_one_that_has_a_file() -> None:
    mine = ModelConf(repo="org/mine", base="llama2_7b")
    study = declare(replace(load("paper"), models=["org--mine"], references=[]), {mine.label: mine})
    assert study.pairs == (DeclaredPair("org--mine", "llama2_7b"),)
    assert set(study.models) == {"org--mine", "llama2_7b"}


def test_an_unknown_study_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="study=papper: there is no 'papper'; did you mean paper"):
        load("papper")


@pytest.fixture
def own_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two further task files, which read data sets that the paper's study has."""
    (tmp_path / "task").mkdir()
    for name, reader in (("mednli_german", "mednli"), ("longhealth4", "longhealth")):
        text = OWN_TASK.format(name=name, reader=reader)
        (tmp_path / "task" / f"{name}.yaml").write_text(text)
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path))


def parts(study: Declaration) -> tuple[object, ...]:
    """Everything of a declaration that a further task file could change."""
    return study.tasks, study.tree, study.hypotheses(), study.keys, study.tested_scores


def test_a_further_task_file_changes_no_study(request: pytest.FixtureRequest) -> None:
    before = {name: parts(declare(load(name))) for name in names()}
    request.getfixturevalue("own_tasks")
    assert {"mednli_german", "longhealth4"} < set(task_files.names())
    assert {name: parts(declare(load(name))) for name in names()} == before


def test_a_study_of_ones_own_may_declare_a_further_task_of_a_data_set(own_tasks: None) -> None:
    paper = replace(load("paper"), models=["aloe8b"], references=[])
    levels = {"german": {"mednli": 0.25, "mednli_german": 0.75}, "long": ["longhealth"]}
    study = declare(replace(paper, levels=levels, overall={}, tasks=["longhealth4"]))
    assert study.hypotheses() == {"overall": 0, "levels": 2, "tasks": 4}
    assert set(study.tested_scores.values()) == {
        *("mednli", "mednli_german", "longhealth", "longhealth4")
    }
    assert study.tree.of_tasks["german"] == {"mednli": 0.25, "mednli_german": 0.75}
