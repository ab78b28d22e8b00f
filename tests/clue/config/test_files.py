"""Configuration files of a person's own: found as those of `conf/`, never in their place."""

import os
from pathlib import Path

import mlflow
import pytest

import analysis.cli.study
import clue
import clue.cli.data.parser
import clue.cli.models.parser
import clue.cli.store.parser
from clue.cli.data import status
from clue.common.cli import take_config_dir
from clue.config import files, model_files
from clue.config.composition import composed
from clue.config.folders import CONF
from clue.config.schema import Config
from clue.errors import ConfigError
from clue.launch import sweep
from clue.task import task_files
from tests.conftest import Cli

assert sweep.__doc__  # its import registers the schema

TASK = (CONF / "task" / "mednli.yaml").read_text()
FILES = {
    "task/mine.yaml": TASK.replace("tasks.mednli", "tasks.mine").replace(
        "name: mednli", "name: mine\nreader: mednli"
    ),
    "task/some.yaml": "# @package _global_\ndefaults:\n  - mine\n  - meqsum\n",
    "model/my_model.yaml": "name: my_model\nrepo: org/mine\nbase: smollm2_135m\ncontext: 2048\n",
    "prompt/two.yaml": "name: two\nshots: 2\nsource: test\nseed: 1\n",
    "scoring/stems.yaml": "name: stems\nrouge_stemmer: true\n",
}


def written(folder: Path, contents: dict[str, str]) -> Path:
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of own files, with a blank in its name, that the environment variable names."""
    folder = written(tmp_path / "my files", FILES)
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))
    return folder


def test_without_own_folders_there_is_conf() -> None:
    assert files.own_folders() == ()
    assert files.search_path() == (CONF,)
    assert files.config_dir_words() == []


@pytest.mark.parametrize(
    "words", [["--config-dir", "a", "x=1"], ["--config-dir=a", "x=1"], ["x=1", "--config-dir", "a"]]
)
def test_the_option_is_taken_out_and_replaces_the_variable(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLUE_CONFIG_DIR", "elsewhere")
    assert take_config_dir(words) == ["x=1"]
    assert os.environ["CLUE_CONFIG_DIR"] == str(tmp_path / "a")


def test_several_folders_and_those_of_the_variable_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    take_config_dir(["--config-dir", "a", "--config-dir", "b"])
    assert os.environ["CLUE_CONFIG_DIR"] == f"{tmp_path / 'a'}{os.pathsep}{tmp_path / 'b'}"
    monkeypatch.setenv("CLUE_CONFIG_DIR", f"c{os.pathsep}")
    take_config_dir([])
    assert os.environ["CLUE_CONFIG_DIR"] == str(tmp_path / "c")


@pytest.mark.parametrize("words", [["--config-dir"], ["--config-dir="], ["--config-dir", "a:b"]])
def test_an_option_without_one_folder_is_refused(words: list[str]) -> None:
    with pytest.raises(ConfigError, match="--config-dir DIR, once for each folder"):
        take_config_dir(words)


def test_a_missing_folder_and_one_without_groups_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=f"no folder {tmp_path / 'nowhere'}: --config-dir or"):
        model_files.names()
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path))
    with pytest.raises(ConfigError, match=r"has none of the folders .*model, prompt"):
        composed("config", Config, [])


def test_own_files_of_every_group_are_composed(own: Path) -> None:
    settings = ["task=some", "model=my_model", "prompt=two", "scoring=stems"]
    config = composed("config", Config, settings)
    assert set(config.tasks) == {"mine", "meqsum"}
    assert config.tasks["mine"].module == "mednli"
    assert config.model.label == "my_model"
    assert (config.prompt.shots, config.scoring.rouge_stemmer) == (2, True)


def test_own_files_are_listed_with_those_of_the_project(own: Path) -> None:
    assert {"my_model", "llama2_7b"} <= set(model_files.names())
    assert {"mine", "meqsum"} <= set(task_files.names())
    assert "some" not in task_files.names()
    assert model_files.family(model_files.load("my_model")) == "smollm2"
    assert task_files.load("mine").module == "mednli"
    assert status.needed_datasets(["task=some"]) == {"mednli", "meqsum"}
    assert "mine" in set(clue.tasks().task)


def test_a_file_of_a_name_that_exists_is_refused_with_both(own: Path) -> None:
    written(own, {"model/llama2_7b.yaml": FILES["model/my_model.yaml"]})
    both = rf"{own}/model/llama2_7b.yaml and {CONF}/model/llama2_7b.yaml have the same name"
    with pytest.raises(ConfigError, match=both):
        model_files.names()
    with pytest.raises(ConfigError, match=both):
        composed("config", Config, ["model=smollm2_135m"])


def test_two_own_folders_are_searched_and_must_not_share_a_name(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = written(tmp_path / "other", {"model/their.yaml": "name: their\nrepo: org/their\n"})
    monkeypatch.setenv("CLUE_CONFIG_DIR", f"{own}{os.pathsep}{other}")
    assert {"my_model", "their"} <= set(model_files.names())
    assert files.config_dir_words() == ["--config-dir", str(own), "--config-dir", str(other)]
    written(other, {"prompt/two.yaml": FILES["prompt/two.yaml"]})
    with pytest.raises(ConfigError, match=r"my files/prompt/two.yaml and .*other/prompt/two.yaml"):
        composed("config", Config, [])


def test_conf_itself_named_again_is_one_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(CONF))
    assert len(files.search_path()) == 1
    assert "llama2_7b" in model_files.names()


def test_a_configuration_of_the_whole_is_not_replaced(own: Path) -> None:
    written(own, {"config.yaml": "limit: 3\n"})
    with pytest.raises(ConfigError, match=r"config.yaml have the same name"):
        composed("config", Config, [])


def test_errors_that_list_names_list_all(own: Path) -> None:
    with pytest.raises(ConfigError, match=r"no model 'nobody'. There are aloe8b.*my_model"):
        model_files.load("nobody")
    with pytest.raises(ConfigError, match=r"no single task 'none'. There are .*all.*mine.*some"):
        task_files.load("none")
    with pytest.raises(ConfigError, match=r"model=nobody: .*my_model.*zephyr7b"):
        composed("config", Config, ["model=nobody"])


def test_a_file_that_is_written_later_is_seen(own: Path) -> None:
    assert "later" not in task_files.names()
    written(own, {"task/later.yaml": FILES["task/mine.yaml"].replace("mine", "later")})
    assert "later" in task_files.names()
    (own / "task" / "mine.yaml").unlink()
    assert "mine" not in task_files.names()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("task/odd.yaml", "name: odd\n", r"odd.yaml: the first line must be .# @package tasks.o"),
        ("task/odd.yaml", "# @package tasks.mine\nname: odd\n", "must be `# @package tasks.odd`"),
        ("task/odd.yaml", "# @package tasks.odd\nname: [\n", r"odd.yaml is malformed: .*line 3"),
        ("model/odd.yaml", "name: [\n", r"odd.yaml is malformed: "),
    ],
)
def test_an_own_file_that_hydra_would_misread_is_named(
    own: Path, name: str, text: str, message: str
) -> None:
    written(own, {name: text})
    with pytest.raises(ConfigError, match=message):
        composed("config", Config, [])


def test_a_malformed_task_file_is_named_with_the_fields(own: Path) -> None:
    written(own, {"task/odd.yaml": "# @package tasks.odd\nname: odd\nshot: 3\n"})
    with pytest.raises(ConfigError, match=r"odd.yaml is malformed: .*shot.*fields: .*shots"):
        task_files.load("odd")


def test_a_model_is_named_as_its_file(own: Path) -> None:
    written(own, {"model/odd.yaml": "name: even\nrepo: org/odd\n"})
    with pytest.raises(ConfigError, match=r"odd.yaml: write `name: odd`"):
        model_files.load("odd")


def test_every_command_takes_the_option(
    tmp_path: Path, mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    option = ["--config-dir", str(written(tmp_path / "own", FILES))]
    store = ["--mlruns", str(mlruns)]
    (mlruns / "cells").mkdir()
    assert clue.cli.models.parser.main([*option, "my_model", *store]) == 0
    assert "org/mine" in capsys.readouterr().out
    need = ["status", "--data", "demo", "--need", "task=mine"]
    assert clue.cli.data.parser.main([*need, *option, *store]) == 0
    assert clue.cli.store.parser.main(["list", *store, *option]) == 0
    assert analysis.cli.study.main(["seed=3", *option, "report=false", "--cfg"]) == 0
    for main in (clue.cli.models.parser.main, analysis.cli.study.main):
        with pytest.raises(SystemExit):
            main(["--help"])
        assert "--config-dir DIR" in capsys.readouterr().out


def test_a_missing_folder_is_an_error_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clue.cli.models.parser.main(["--config-dir", str(tmp_path / "nowhere")]) == 1
    assert f"error: there is no folder {tmp_path / 'nowhere'}" in capsys.readouterr().err


def test_python_finds_own_files_by_the_variable(own: Path, mlruns: Path) -> None:
    settings = {"backend": "fake", "limit": 2, "paths.data": "demo", "paths.mlruns": mlruns}
    (row,) = clue.evaluate("my_model", "mine", settings)
    assert (row.model, row.task, row.status) == ("my_model", "mine", "done")


@pytest.mark.slow
def test_the_jobs_of_a_pool_search_the_folder_and_note_it(
    cli: Cli, mlruns: Path, tmp_path: Path
) -> None:
    folder = written(tmp_path / "my files", FILES)
    done = cli(
        *("-m", "--config-dir", str(folder), "model=glob(my_*)", "task=mine", "backend=fake"),
        *("prompt=two,zero_shot", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
    )
    assert done.returncode == 0, done.stderr
    assert "2 done" in done.stdout
    client = mlflow.MlflowClient(f"sqlite:///{mlruns}/mlflow.db")
    (run, *_) = client.search_runs(["1"], "tags.`clue.kind` = 'cell'")
    assert f"--config-dir '{folder}'" in run.data.tags["mlflow.note.content"]
    assert run.data.tags["clue.family"] == "smollm2"
    listed = cli("--config-dir", str(folder), "--help").stdout
    assert "my_model" in listed
    assert "mine" in listed
