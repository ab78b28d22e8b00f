"""Each job of a sweep is composed once, before the first job, and as Hydra composes it."""

import gc
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from clue.config.folders import CONF
from clue.launch import sweep  # noqa: F401  registers
from clue.launch.composed_once import ComposedOnce, ParsedOnce
from tests.conftest import Cli

WORDS = ["backend=fake", "paths.data=demo", "limit=2"]
JOB = ["model=llama2_7b", *WORDS]


@pytest.fixture
def loader() -> Iterator[ConfigLoader]:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        yield GlobalHydra.instance().config_loader()


def counted(loader: ConfigLoader, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    calls: list[Any] = []
    compose = loader.load_sweep_config
    monkeypatch.setattr(
        loader, "load_sweep_config", lambda *args: calls.append(args) or compose(*args)
    )
    return calls


def content(composed: DictConfig) -> Any:
    """The settings as written: a moment of `now` is another one in each composition."""
    return OmegaConf.to_container(composed)


def test_the_folder_of_the_sweep_is_that_of_every_job(loader: ConfigLoader) -> None:
    """Its name has the time to the microsecond; the master's is resolved when the sweep starts."""
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    once = ComposedOnce(loader)
    once.load_sweep_config(master, JOB)
    folder = master.hydra.sweep.dir
    assert once.load_sweep_config(master, JOB).hydra.sweep.dir == folder


def test_the_second_composition_is_the_first_and_equals_that_of_hydra(
    loader: ConfigLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = loader.load_configuration("config", ["model=a,llama2_7b", *WORDS], RunMode.MULTIRUN)
    expected = loader.load_sweep_config(master, JOB)
    calls = counted(loader, monkeypatch)
    once = ComposedOnce(loader)
    first, second = (once.load_sweep_config(master, JOB) for _ in range(2))
    assert len(calls) == 1
    for composed in (first, second):
        assert content(composed) == content(expected)
        assert OmegaConf.get_type(composed.model) is OmegaConf.get_type(expected.model)
    assert OmegaConf.is_struct(second)


def test_a_job_that_is_named_twice_runs_twice(
    loader: ConfigLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    calls = counted(loader, monkeypatch)
    once = ComposedOnce(loader)
    jobs = [once.load_sweep_config(master, JOB) for _ in range(4)]
    assert len(calls) == 2
    assert all(content(job) == content(jobs[0]) for job in jobs)


def test_a_change_of_a_job_is_not_in_the_next(loader: ConfigLoader) -> None:
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    loader.repository = ParsedOnce(loader.repository)
    once = ComposedOnce(loader)
    other = once.load_sweep_config(master, ["model=meditron7b", *WORDS])
    other.backend.batch_tokens = 7
    other.hydra.job.name = "other"
    job = once.load_sweep_config(master, JOB)
    assert job.backend.batch_tokens != 7
    assert job.hydra.job.name != "other"


def test_a_file_that_is_parsed_once_composes_as_often_as_it_is_named(loader: ConfigLoader) -> None:
    """Some models and all prompts, twice, as they are composed when each parses its files."""
    models, prompts = (loader.get_group_options(group) for group in ("model", "prompt"))
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    jobs = [
        *([f"model={model}", "task=all", *WORDS] for model in models[:6]),
        *([f"prompt={prompt}", *WORDS] for prompt in prompts),
    ]
    expected = [content(loader.load_sweep_config(master, job)) for job in jobs]
    loader.repository = ParsedOnce(loader.repository)
    for _ in range(2):
        composed = [content(loader.load_sweep_config(master, job)) for job in jobs]
        assert composed == expected


def test_a_file_is_read_once_for_all_jobs(
    loader: ConfigLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    repository = loader.repository
    names: list[str] = []
    read = type(repository).load_config
    monkeypatch.setattr(
        type(repository),
        "load_config",
        lambda self, config_path: names.append(config_path) or read(self, config_path),
    )
    loader.repository = ParsedOnce(repository)
    for model in ("llama2_7b", "meditron7b"):
        loader.load_sweep_config(master, [f"model={model}", *WORDS])
    assert {"config", "model/llama2_7b", "model/meditron7b"} <= set(names)
    assert len(names) == len(set(names))


def test_a_job_with_folders_of_its_own_reads_them(loader: ConfigLoader, tmp_path: Path) -> None:
    """`hydra.searchpath` of one job is not that of the jobs before and after it."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "own.yaml").write_text("name: own\nrepo: made-up/own\n")
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    loader.repository = ParsedOnce(loader.repository)
    own = ["model=own", f"hydra.searchpath=[file://{tmp_path}]", *WORDS]
    with pytest.raises(HydraException, match="own"):
        loader.load_sweep_config(master, ["model=own", *WORDS])
    assert loader.load_sweep_config(master, own).model.repo == "made-up/own"
    with pytest.raises(HydraException, match="own"):
        loader.load_sweep_config(master, ["model=own", *WORDS])


def test_garbage_is_collected_after_a_composition_as_before(loader: ConfigLoader) -> None:
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    once = ComposedOnce(loader)
    with pytest.raises(HydraException):
        once.load_sweep_config(master, ["model=no_such_model", *WORDS])
    assert gc.isenabled()
    gc.disable()
    try:
        once.load_sweep_config(master, JOB)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_process_of_a_pool_gets_the_loader_of_hydra(loader: ConfigLoader) -> None:
    master = loader.load_configuration("config", WORDS, RunMode.MULTIRUN)
    once = ComposedOnce(loader)
    repository = type(loader.repository)
    loader.repository = ParsedOnce(loader.repository)
    once.load_sweep_config(master, JOB)
    received = pickle.loads(pickle.dumps(once))
    assert type(received) is type(loader)
    assert type(received.repository) is repository


@pytest.mark.slow
@pytest.mark.parametrize("field", ["repo_name: o/b", "context: many"])
def test_a_wrong_setting_of_the_last_model_ends_the_command_before_the_first_job(
    cli: Cli, mlruns: Path, tmp_path: Path, field: str
) -> None:
    folder = tmp_path / "own" / "model"
    folder.mkdir(parents=True)
    for name, more in (("first", "context: 2048"), ("last", field)):
        (folder / f"{name}.yaml").write_text(f"name: {name}\nrepo: o/{name}\n{more}\n")
    words = ["-m", "--config-dir", str(folder.parent), "model=first,last", "task=mednli"]
    result = cli(*words, "backend=fake", "paths.data=demo", "limit=2")
    assert result.returncode == 1
    assert field.partition(":")[0] in result.stderr
    assert not (mlruns / "cells").exists()
    assert not list(mlruns.rglob("outcomes.jsonl"))
