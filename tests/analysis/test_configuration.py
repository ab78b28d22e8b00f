import pytest

from analysis.configuration import configuration
from clue.errors import ConfigError


def test_a_field_of_a_study_may_have_the_name_of_a_folder_of_configurations() -> None:
    assert configuration(["prompt=zero_shot"]).study.prompts == ["zero_shot"]
    assert configuration([]).study.prompts == ["paper"]
    assert configuration(["prompt=zero_shot"]).declared_prompt == "paper"


def test_nested_settings_and_lists_are_parsed() -> None:
    conf = configuration(["margins.level=2", "allowed_differences=[model.dtype, a b]", "large=7"])
    assert (conf.study.margins.level, conf.large) == (2.0, 7.0)
    assert conf.study.allowed_differences == ["model.dtype", "a b"]


def test_paths_of_one_setting_reach_the_others() -> None:
    assert configuration(["paths.mlruns=/elsewhere"]).output == "/elsewhere/analysis"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("prompt", "write key=value"),
        ("~prompt=paper", "not removed"),
        ("+prompt=paper", "not added"),
        ("promt=paper", "did you mean prompt"),
        ("alpha=high", "alpha"),
        ("alpha=2", "alpha=2.0"),
        ("large=[a", "large=.a: the value is not valid YAML"),
        ("title=[a", "title=.a: while parsing a flow sequence"),
        ("margins.level=-1", "margins.level"),
        ("comparator=best", "none of base, ancestor"),
    ],
)
def test_a_wrong_setting_is_named(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        configuration([override])
