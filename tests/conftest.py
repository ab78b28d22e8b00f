"""Stores, data and checkpoints that tests share."""

import gc
import importlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from clue.common import processes
from clue.config.folders import ROOT
from tests import preloaded, tiny

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
for name in ("CLUE_DATA", "CLUE_MODELS", "CLUE_CONFIG_DIR", "MLFLOW_TRACKING_URI"):
    os.environ.pop(name, None)

gc.set_threshold(20_000)  # Python's 700 costs the tests of reports a tenth of their time

settings.register_profile("clue", deadline=None)  # imports and other processes take their time
settings.load_profile("clue")

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def one_core() -> Iterator[None]:
    """The test processes share the cores, and figures drawn elsewhere cannot be observed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "cores", lambda: 1)
        yield


@pytest.fixture(autouse=True)
def no_own_folders() -> Iterator[None]:
    """`--config-dir` sets a variable of this process, which must not reach the next test."""
    yield
    os.environ.pop("CLUE_CONFIG_DIR", None)


@pytest.fixture(scope="session")
def fresh_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with its schema: migrations take seconds, copies do not."""
    from clue.tracking.tracker import Tracker

    folder = tmp_path_factory.mktemp("store")
    Tracker(None, "clue", folder)
    return folder


@pytest.fixture
def mlruns(fresh_store: Path, tmp_path: Path) -> Path:
    return empty_store(fresh_store, tmp_path / "mlruns")


def empty_store(fresh_store: Path, folder: Path) -> Path:
    """A copy of `fresh_store` with its own folder of artifacts."""
    folder.mkdir()
    shutil.copy(fresh_store / "mlflow.db", folder)
    with sqlite3.connect(folder / "mlflow.db") as database:
        artifacts = (folder / "artifacts").as_uri()
        database.execute(
            "UPDATE experiments SET artifact_location = ? WHERE name = 'clue'", [artifacts]
        )
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.study(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny checkpoints where two models of the study are sought."""
    folder = tmp_path_factory.mktemp("models")
    tiny.llama(folder / "epfl-llm" / "meditron-7b", context=2048, seed=1)
    tiny.llama(folder / "meta-llama" / "Llama-2-7b-hf", context=4096, seed=2)
    return folder


@pytest.fixture(scope="session")
def earlier_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional data as earlier versions had them: six patients in LongHealth."""
    from clue.data.registry import DEMO

    folder = tmp_path_factory.mktemp("earlier") / "demo"
    shutil.copytree(DEMO, folder)
    earlier = ROOT / "tests" / "golden" / "demo_longhealth_6_patients.json"
    shutil.copy(earlier, folder / "longhealth" / "benchmark_v5.json")
    return folder


@pytest.fixture
def as_earlier_demo(earlier_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`paths.data=demo` is the earlier fictional data, in this process."""
    for module in ("clue.data.locate", "clue.task.task_data"):
        monkeypatch.setattr(importlib.import_module(module), "DEMO", earlier_demo)


@pytest.fixture
def cli(mlruns: Path, data: Path, models: Path, tmp_path: Path) -> Cli:
    """`python run.py ...` in a process of its own, on the test's store, data and models."""

    def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
        command = command_line(mlruns, data, models, *arguments)
        if not options and not any("hydra/launcher=" in word for word in arguments):
            return preloaded.run(command, tmp_path)
        return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)  # type: ignore[call-overload,no-any-return]

    return run


def command_line(mlruns: Path, data: Path, models: Path, *arguments: str) -> list[str]:
    places = {"paths.mlruns": mlruns, "paths.data": data, "paths.models": models}
    named = [argument.partition("=")[0] for argument in arguments]
    given = [f"{key}={path}" for key, path in places.items() if key not in named]
    return [sys.executable, str(ROOT / "run.py"), *arguments, *given]
