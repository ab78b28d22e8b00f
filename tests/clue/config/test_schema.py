from dataclasses import replace
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import run  # registers the schema and the resolver
from clue.backends import setting_problems
from clue.config import model_files
from clue.config.folders import CONF, ROOT
from clue.config.overrides import check_overrides, groups
from clue.config.schema import Config, TaskConf
from clue.config.validation import validate
from clue.errors import ConfigError
from clue.metrics.registry import METRICS

GROUPS = ("model", "task", "prompt", "backend", "scoring", "study")
FILES = [(group, path.stem) for group in GROUPS for path in sorted((CONF / group).glob("*.yaml"))]


NEEDED = {"hf": ["model.repo=org/name"], "openai": ["backend.url=http://127.0.0.1:8000/v1"]}
"""Choices that are not complete without a setting."""


def composed(*overrides: str) -> Config:
    assert run.__doc__
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", list(overrides)))
    assert isinstance(config, Config)
    return config


@pytest.mark.parametrize(("group", "name"), FILES)
def test_every_file_composes_and_passes_the_checks(group: str, name: str) -> None:
    config = composed(f"{group}={name}", *NEEDED.get(name, []))
    validate(config)
    for task in config.tasks.values():
        assert set(task.metrics) <= set(METRICS)


@pytest.mark.parametrize("name", [name for name in model_files.names() if name != "hf"])
def test_a_model_file_is_named_as_its_model_and_its_pair_exists(name: str) -> None:
    model = model_files.load(name)
    assert model.name == model.label == name
    assert model_files.family(model)


def test_a_biomedical_model_belongs_to_the_family_of_its_base() -> None:
    assert model_files.family(model_files.load("meditron7b")) == "llama2_7b"


def test_every_task_module_has_a_yaml_and_is_in_a_list() -> None:
    paths = (ROOT / "clue" / "task").glob("[a-z]*.py")
    modules = {path.stem for path in paths if "\nDATASET = " in path.read_text()}
    files = {
        path
        for path in (CONF / "task").glob("*.yaml")
        if "@package _global_" not in path.read_text()
    }
    tasks = composed("task=[all,exam,open]").tasks
    assert {path.stem for path in files} == set(tasks)
    assert {task.module for task in tasks.values()} == modules


def test_the_lists_of_tasks_are_the_levels() -> None:
    every = composed("task=all").tasks.values()
    for level in ("1", "2"):
        listed = composed(f"task=level{level}").tasks.values()
        assert [task.name for task in listed] == [t.name for t in every if t.level == level]
        assert len(listed) > 2
    for level in ("exam", "open"):
        tasks = composed(f"task={level}").tasks.values()
        assert {task.level for task in tasks} == {level}
        assert not {task.name for task in tasks} & {task.name for task in every}
    assert set(composed("task=longhealth").tasks) == {f"longhealth{n}" for n in (1, 2, 3)}


def test_one_task_a_list_and_all_have_one_shape() -> None:
    assert (
        list(composed("task=meqsum").tasks) == list(composed("task=[meqsum]").tasks) == ["meqsum"]
    )
    assert composed("task=meqsum", "tasks.meqsum.limit=5").tasks["meqsum"].limit == 5


def test_paths_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUE_DATA", "/elsewhere")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    config = composed()
    assert config.paths.data == "/elsewhere"
    assert config.tracking.uri == "http://127.0.0.1:1"
    assert config.paths.mlruns == str(ROOT / "mlruns")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("limit=0", "limit=0 is less than 1"),
        ("prompt.shots=-1", "prompt.shots=-1 is less than 0"),
        ("prompt.design=random", "prompt.design=random is none of one, spread, crossed"),
        ("prompt.population=1", "prompt.population=1 is less than 2"),
        ("prompt.per_item=2", "only prompt.design=spread asks an item with some of the prompts"),
        ("thinking.budget=9", "thinking.budget=9 has no effect: set thinking.mode=cot or"),
        ("thinking.absent=answer", "thinking.absent=answer has no effect: set thinking.mode=nat"),
        ("prompt.source=dev", "prompt.source=dev is none of test, train"),
        ("model.dtype=int4", "model.dtype=int4 is none of float32, bfloat16, float16"),
        ("model.quantization=4", "model.quantization=4 is none of int8, int4"),
        ("model.adaptation=[magic]", "model.adaptation=magic is none of continued pre-training"),
        ("tasks.meqsum.score=[bleu]", "tasks.meqsum.score names 'bleu'"),
        ("tasks.meqsum.max_new_tokens=0", "tasks.meqsum.max_new_tokens=0 is less than 1"),
        ("model.base=smollm2_135m", "model.base=smollm2_135m is the model itself"),
        ("model.gguf_file=null", "belong together"),
        ("model.base_repo=HuggingFaceTB/SmolLM2-135M-Instruct", "base_repo=.* is the model itself"),
        ("tasks.meqsum.name=other", "tasks.meqsum.name=other: a task has the name of its file"),
        ("tasks.meqsum.labels=[a,b]", "tasks.meqsum.labels is set, but meqsum has no table"),
        ("model=hf", "model.repo is not set"),
        ("backend.batch_size=0", "backend.batch_size=0 is less than 1"),
        ("scoring.umls.threshold=1.5", "scoring.umls.threshold=1.5 is not between 0 and 1"),
        ("tasks.meqsum.order=per_patient", "order is set, but meqsum presents no documents"),
        ("tasks.meqsum.repeats=2", "repeats=2: meqsum asks every sample the same way"),
        ("tasks.longhealth1.order=random", "order=random is none of per_question, per_patient"),
        ("tasks.longhealth1.order=null", "tasks.longhealth1.order is not set"),
        ("tasks.longhealth1.budget=null", "tasks.longhealth1.budget is not set"),
        ("gpus_per_job=0", "gpus_per_job=0 is less than 1"),
        ("on_overflow=cut", "on_overflow=cut is none of skip_cell, error"),
        ("dry_run_tokens_per_second=0", "dry_run_tokens_per_second=0.0 is not more than 0"),
        ("tasks.longhealth1.budget=0", "budget=0 is no whole number from 1, and not auto"),
        ("tasks.longhealth1.budget=automatic", "budget=automatic is no whole number from 1"),
        ("tasks.longhealth1.budget=1.5", "budget=1.5 is no whole number from 1"),
        ("tasks.longhealth1.budget=true", "budget=True is no whole number from 1"),
        ("tasks.longhealth1.budget=[1]", "budget=[1] is no whole number from 1"),
        ("tasks.longhealth3.unanswerable=null", "without it no option is right"),
    ],
)
def test_values_out_of_range_are_named(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[")):
        validate(composed(override))


@pytest.mark.parametrize("setting", ["model.name", "prompt.name", "study.name"])
@pytest.mark.parametrize("name", ["a/b", "..", "/tmp/x", "a\n", "a\0", "a.", "a ", "\x1b[2J"])
def test_a_name_that_is_no_folder_is_refused_in_one_line(setting: str, name: str) -> None:
    config = composed()
    group, field = setting.split(".")
    setattr(getattr(config, group), field, name)
    with pytest.raises(ConfigError) as caught:
        validate(config)
    (line,) = str(caught.value).splitlines()[1:]
    assert line.strip().startswith(f"{setting}=")
    assert "is no name: a name has 1 to 200 of the characters" in line
    assert line.isprintable()


def test_an_interpolation_in_a_name_is_refused_after_it_is_resolved() -> None:
    with pytest.raises(ConfigError, match=r"model.name=/.* is no name"):
        validate(composed("model.name='${paths.mlruns}'"))


@pytest.mark.parametrize("repo", ["/", "é", f"org/{'x' * 300}"])
def test_a_checkpoint_that_gives_no_name_needs_one(repo: str) -> None:
    config = composed("model=hf")
    config.model.repo = repo
    with pytest.raises(ConfigError, match=r"gives no usable name: set model\.name=<name>"):
        validate(config)
    config.model.name = "usable"
    validate(config)


def test_a_task_that_is_no_folder_is_refused() -> None:
    config = composed("task=meqsum")
    config.tasks = {"../x": replace(config.tasks["meqsum"], name="../x")}
    with pytest.raises(ConfigError, match=r"tasks.../x is no name"):
        validate(config)


@pytest.mark.parametrize("backend", ["openai", "vllm"])
def test_an_engine_that_quantises_itself_is_not_asked_to(backend: str) -> None:
    more = NEEDED.get(backend, [])
    config = composed(f"backend={backend}", "model.quantization=int4", *more)
    with pytest.raises(ConfigError, match=f"model.quantization is ignored by {backend}"):
        validate(config, setting_problems(config))


def test_a_task_that_is_set_but_not_chosen_is_named() -> None:
    config = composed("task=meqsum")
    validate(config)
    config.tasks["longhealth1"] = TaskConf(limit=4)
    with pytest.raises(ConfigError, match=r"tasks.longhealth1 is set, but .* is not among"):
        validate(config)


def test_the_name_of_any_checkpoint_is_fit_for_a_folder() -> None:
    config = composed("model=hf", "model.repo=some-org/a model", "model.adapter=x/y")
    assert config.model.label == "some-org--a--model--x--y"


def test_a_base_is_named_in_one_way() -> None:
    config = composed("model=hf", "model.repo=a/b", "model.base=llama2_7b", "model.base_repo=a/c")
    with pytest.raises(ConfigError, match=r"model.base and model.base_repo are both set"):
        validate(config)


def test_an_adapter_may_be_compared_with_what_it_changes() -> None:
    settings = ["model.repo=a/b", "model.adapter=a/lora", "model.base_repo=a/b"]
    config = composed("model=hf", *settings)
    validate(config)
    assert model_files.base(config.model) == "a--b"


def test_an_unknown_base_lists_the_models() -> None:
    with pytest.raises(
        ConfigError, match=r"model.base=nobody: there is no model .nobody.*llama2_7b"
    ):
        model_files.family(composed("model=hf", "model.repo=a/b", "model.base=nobody").model)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("+limit=5", r"not added with '\+'; write limit=5"),
        ("limt=5", "no setting 'limt'; did you mean limit"),
        ("tasks.meqsum.shot=5", "did you mean tasks.meqsum.shots"),
        ("modle=hf", "did you mean model"),
        ("model.repo.x=1", "no setting 'model.repo.x'"),
        ("hydro.verbose=true", "did you mean hydra"),
    ],
)
def test_a_misspelt_key_is_refused_with_the_nearest(argument: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_overrides(["task=meqsum", argument], Config, groups(CONF))


@pytest.mark.parametrize(
    "argument",
    [
        *("-m", "model=a,b", "model@other=hf", "tasks.meqsum.limit=1", "paths.data=x=y"),
        *("hydra.verbose=true", "hydra/launcher=joblib", "+hydra.launcher.x=1"),
    ],
)
def test_right_keys_pass(argument: str) -> None:
    check_overrides([argument], Config, groups(CONF))


def test_hydra_is_imported_at_the_edge_only() -> None:
    inside = [*Path(ROOT / "clue").rglob("*.py")]
    assert inside
    users = {path.name for path in inside if "import hydra" in path.read_text()}
    assert users == {"sweep.py", "shell_completion.py"}


def test_mlflow_is_imported_by_tracking_only() -> None:
    users = {p.name for p in (ROOT / "clue").rglob("*.py") if "\nimport mlflow\n" in p.read_text()}
    assert users == {"tracker.py"}


@pytest.mark.parametrize("backend", ["replay", "fake"])
def test_only_a_model_can_be_asked_again(backend: str) -> None:
    config = composed(f"backend={backend}", "backend.repeat_alone=2")
    with pytest.raises(ConfigError, match="no model answers here"):
        validate(config, setting_problems(config))
