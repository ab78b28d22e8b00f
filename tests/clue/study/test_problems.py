"""A declaration that cannot be used is refused with a line for everything that is wrong with it."""

from dataclasses import replace
from typing import Any

import pytest

from clue.config.schema import ModelConf
from clue.config.study_schema import LevelContrastConf
from clue.errors import ConfigError
from clue.study.declaration import declare, load

PAPER = load("paper")
UNEQUAL = {"mednli": 0.5, "meqsum": 0.4}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": []}, "models is empty: name at least one model that names a base"),
        (
            {"models": ["meditron7"]},
            "models: there is no 'meditron7'; did you mean meditron7b",
        ),
        (
            {"models": ["meditron7b:llama2_7"]},
            "models: there is no 'llama2_7'; did you mean llama2_7b",
        ),
        (
            {"models": ["llama2_7b"]},
            "models: llama2_7b names no base, so it is no half of a pair: write llama2_7b:<base>, "
            "or set `base` in conf/model/llama2_7b.yaml",
        ),
        (
            {"models": ["meditron7b:meditron7b"]},
            "models: meditron7b:meditron7b compares a model with itself",
        ),
        (
            {"references": ["baseline_mayority"]},
            "references: there is no 'baseline_mayority'; did you mean baseline_majority",
        ),
        (
            {"tasks": ["mednly"]},
            "levels and tasks: there is no 'mednly'; did you mean mednli",
        ),
        (
            {"levels": {"level1": ["mednli", "longhealt"]}, "overall": {}},
            "levels and tasks: there is no 'longhealt'; did you mean longhealth",
        ),
        (
            {"levels": {}, "overall": {}, "tasks": []},
            "neither levels nor tasks name a task",
        ),
        (
            {"level_contrast": LevelContrastConf(["mednli"])},
            "level_contrast.clinical is empty: name at least one data set",
        ),
        (
            {"level_contrast": LevelContrastConf(["longhealth"], ["mednli", "longhealt"])},
            "level_contrast.clinical: there is no 'longhealt'; did you mean longhealth",
        ),
        (
            {"level_contrast": LevelContrastConf(["mednli", "longhealth"], ["mednli"])},
            "level_contrast: mednli is on both sides",
        ),
        (
            {"level_contrast": LevelContrastConf(["mednli"], ["longhealth", "longhealth1"])},
            "level_contrast.clinical names a data set twice",
        ),
        (
            {"level_contrast": LevelContrastConf(["mednli"], ["meqsum"])},
            "level_contrast.clinical: meqsum is not scored right or wrong",
        ),
        ({"prompts": []}, "prompts is empty: name at least one file of conf/prompt"),
        (
            {"prompts": ["papr"]},
            "prompts: there is no 'papr'; did you mean paper? There are cot, crossed, ",
        ),
        (
            {"scoring": "embeded"},
            "scoring: there is no 'embeded'; did you mean embedded? There are choice, embedded, "
            "paper",
        ),
        (
            {"backends": ["transformer"]},
            "backends: there is no 'transformer'; did you mean transformers",
        ),
        (
            {"levels": {"level1": UNEQUAL}, "overall": {"level1": 1.0}},
            "levels.level1: the weights sum to 0.9, not to 1 (0.5 + 0.4)",
        ),
        (
            {"overall": {"level1": 0.5, "level2": 0.6}},
            "overall: the weights sum to 1.1, not to 1 (0.5 + 0.6)",
        ),
        (
            {"overall": {"level1": 1.5, "level2": -0.5}},
            "overall: every weight must be a number above 0",
        ),
        (
            {"overall": {"level1": 0.5, "level3": 0.5}},
            "overall: there is no 'level3'; did you mean level",
        ),
        (
            {"levels": {"level1": ["mednli", "mednli"]}, "overall": {}},
            "levels.level1 names a data set twice",
        ),
        (
            {"levels": {"level1": []}, "overall": {}, "tasks": ["mednli"]},
            "levels.level1 is neither a list of data sets nor a mapping to their weights",
        ),
        (
            {"levels": {"overall": ["mednli"]}, "overall": {}},
            "levels.overall: this name is taken by a task, a data set or the overall score",
        ),
        (
            {"levels": {"longhealth": ["mednli"]}, "overall": {}},
            "levels.longhealth: this name is taken by a task, a data set or the overall score",
        ),
        ({"alpha": 1.5}, "alpha=1.5 is not between 0 and 1"),
        ({"families": ["pairs"]}, "families=pairs is none of overall, levels, tasks"),
        ({"comparator": "sibling"}, "comparator=sibling is none of base, ancestor"),
    ],
)
def test_a_problem_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        declare(replace(PAPER, **changes))
    first, *lines = str(caught.value).splitlines()
    assert first == "the study 'paper' cannot be used:"
    assert [line for line in lines if line.strip().startswith(message)], lines


def test_every_problem_has_its_line() -> None:
    wrong = replace(PAPER, models=["meditron7"], prompts=["papr"], alpha=2.0)
    with pytest.raises(ConfigError) as caught:
        declare(wrong)
    lines = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert [line.partition(":")[0].partition("=")[0] for line in lines] == [
        *("alpha", "models", "prompts")
    ]


def test_a_base_without_a_file_is_named_with_its_model() -> None:
    stored = {"org--mine": ModelConf(repo="org/mine", base="lama2_7b")}
    message = "models: the base of org--mine: there is no 'lama2_7b'; did you mean llama2_7b"
    with pytest.raises(ConfigError, match=message):
        declare(replace(PAPER, models=["org--mine"]), stored)
