"""A command line chooses a study, a part of it, or declares one of its own."""

import pytest

from clue.errors import ConfigError
from clue.study.declaration import declare, load
from clue.study.selection import choose, is_selection


def test_without_a_word_the_papers_study_is_chosen() -> None:
    study = choose([])
    assert (study.conf, study.file, study.command) == (load("paper"), load("paper"), [])


def test_a_study_is_chosen_by_its_name() -> None:
    study = choose(["study=demo"])
    assert study.conf == load("demo")
    assert study.command == ["study=demo"]
    assert not study.changes


@pytest.mark.parametrize("word", ["model", "models", "pair", "pairs", "study.models"])
def test_pairs_of_the_study_are_chosen_by_the_model_in_question(word: str) -> None:
    study = choose([f"{word}=med42_8b,aloe8b"])
    assert study.conf.models == ["med42_8b", "aloe8b"]
    assert study.changes == ("models=med42_8b,aloe8b",)
    assert study.conf.levels == load("paper").levels
    assert [pair.base for pair in declare(study.conf).pairs] == ["llama3_8b_instruct"] * 2


def test_a_pair_of_ones_own_is_declared_on_the_spot() -> None:
    study = choose(["models=clinicalcamel70b:llama2_70b", "tasks=mednli"])
    assert declare(study.conf).hypotheses() == {"overall": 0, "levels": 0, "tasks": 1}
    assert study.conf.alpha == load("paper").alpha
    assert study.command == ["models=clinicalcamel70b:llama2_70b", "tasks=mednli"]


def test_an_entry_with_its_base_is_chosen_by_the_model_alone() -> None:
    both = choose(["models=meditron7b:llama31_8b,aloe8b"]).conf.models
    assert both == ["meditron7b:llama31_8b", "aloe8b"]
    chosen = choose(["models=[meditron7b:llama31_8b, aloe8b]", "models=meditron7b"])
    assert chosen.conf.models == ["meditron7b:llama31_8b"]


@pytest.mark.parametrize(
    ("value", "levels", "overall", "tasks"),
    [
        ("level1", ["level1"], False, []),
        ("level1,longhealth", ["level1"], False, ["longhealth"]),
        ("mednli,meqsum", [], False, ["mednli", "meqsum"]),
        ("longhealth1", [], False, ["longhealth1"]),
        ("level1,level2", ["level1", "level2"], True, []),
        ("all", ["level1", "level2"], True, []),
        (
            "longhealth1,longhealth2,longhealth3,medisumqa,medisumcode",
            ["level2"],
            False,
            [],
        ),
    ],
)
def test_a_level_remains_if_all_of_it_is_chosen(
    value: str, levels: list[str], overall: bool, tasks: list[str]
) -> None:
    for word in ("task", "tasks"):
        conf = choose([f"{word}={value}"]).conf
        assert (list(conf.levels), bool(conf.overall), conf.tasks) == (levels, overall, tasks)


def test_fields_of_a_study_are_set_one_by_one() -> None:
    conf = choose(
        [
            *("prompt=[three_shot, zero_shot]", "backends=fake", "references=", "alpha=0.01"),
            *("margins.level=2", "settings.tasks.meqsum.limit=8", "settings.paths.data=demo"),
            *("families=overall,tasks", "scoring=paper", "comparator=ancestor"),
        ]
    ).conf
    assert conf.prompts == ["three_shot", "zero_shot"]
    assert (conf.backends, conf.references, conf.alpha) == (["fake"], [], 0.01)
    assert (conf.margins.level, conf.margins.binary) == (2.0, 2.0)
    assert conf.settings == {"tasks": {"meqsum": {"limit": 8}}, "paths": {"data": "demo"}}
    assert conf.families == ["overall", "tasks"]
    assert (conf.scoring, conf.comparator) == ("paper", "ancestor")


def test_the_words_of_a_choice_choose_it_again() -> None:
    study = choose(["study=demo", "task=mednli", "study.alpha=0.01", "pair=smollm2_135m_hpo"])
    assert study.command == [
        *("study=demo", "tasks=mednli", "alpha=0.01", "models=smollm2_135m_hpo")
    ]
    assert choose(study.command).conf == study.conf


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("study=demmo", "study=demmo: there is no 'demmo'; did you mean demo"),
        ("tasks=medmli", "tasks=medmli: there is no 'medmli'; did you mean mednli"),
        ("tasks=level3", "tasks=level3: there is no 'level3'; did you mean level"),
        ("margins.levle=1", "did you mean margins.level"),
        ("study.alpa=0.1", "study.alpa: there is no 'alpa'; did you mean alpha"),
        ("study.name=x", "study.name: there is no 'name'"),
        ("alpha=high", "alpha=high: .*Fields of a study: title, models"),
        ("levels=[a", "levels=.a: .*Fields of a study"),
    ],
)
def test_a_wrong_word_is_named(word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        choose([word])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        *((key, True) for key in ("study", "study.alpha", "task", "models", "margins.level")),
        *((key, True) for key in ("settings.paths.data", "prompt", "study.typo")),
        *((key, False) for key in ("paths.data", "flips", "name", "backend", "limit", "studyx")),
    ],
)
def test_words_of_a_study_are_told_from_other_settings(key: str, expected: bool) -> None:
    assert is_selection(key) is expected


def test_a_contrast_of_levels_is_declared_on_the_command_line_and_needs_both_sides() -> None:
    word = "level_contrast={exam: [mednli], clinical: [longhealth]}"
    contrast = choose([word]).conf.level_contrast
    assert contrast is not None
    assert contrast.sides == {"exam": ["mednli"], "clinical": ["longhealth"]}
    assert choose([word, "tasks=mednli,longhealth"]).conf.level_contrast == contrast
    assert choose([word, "tasks=mednli,longhealth1"]).conf.level_contrast is None
