import subprocess
import sys
from pathlib import Path

import pytest

from clue.backends import BACKENDS, Setup, create_backend, setting_problems, uses_gpus
from clue.config.folders import CONF
from clue.config.schema import BackendConf, Config, ModelConf
from clue.errors import ConfigError

CHECKPOINT = ModelConf(name="m", repo="org/m")


def test_every_configured_backend_is_registered() -> None:
    files = {path.stem for path in (CONF / "backend").glob("*.yaml")}
    assert files == set(BACKENDS) - {"baseline"}  # chosen by model.baseline


def test_an_unknown_backend_lists_the_others(tmp_path: Path) -> None:
    conf = BackendConf(name="magic")
    with pytest.raises(ConfigError, match=r"backend\.name=magic is none of transformers, openai"):
        create_backend(Setup(CHECKPOINT, conf, tmp_path, tmp_path))
    with pytest.raises(ConfigError, match=r"backend\.name=magic"):
        setting_problems(Config(model=CHECKPOINT, backend=conf))


@pytest.mark.parametrize("name", BACKENDS)
def test_only_a_replay_has_its_answers_from_the_store(name: str, tmp_path: Path) -> None:
    model = ModelConf(baseline="copy") if name == "baseline" else CHECKPOINT
    conf = BackendConf(name=name, url="http://127.0.0.1:9")
    assert create_backend(Setup(model, conf, tmp_path, tmp_path)).replays == (name == "replay")


def test_a_stored_baseline_is_replayed(tmp_path: Path) -> None:
    setup = Setup(ModelConf(baseline="copy"), BackendConf(name="replay"), tmp_path, tmp_path)
    assert create_backend(setup).replays


def test_gpus_are_used_by_engines_in_this_process() -> None:
    assert [name for name in BACKENDS if uses_gpus(name)] == ["transformers", "vllm"]
    assert not uses_gpus("magic")


@pytest.mark.parametrize(
    ("name", "setting", "problem"),
    [
        ("vllm", {"device": "cuda:1"}, "backend.device is ignored by vllm"),
        ("replay", {"repeat_alone": 2}, "backend.repeat_alone=2 asks a model again"),
        ("fake", {"repeat_alone": 2}, "backend.repeat_alone=2 asks a model again"),
        ("openai", {}, "backend.url is not set"),
    ],
)
def test_a_backend_reports_the_settings_that_it_cannot_use(
    name: str, setting: dict[str, object], problem: str
) -> None:
    conf = BackendConf(name=name, **setting)  # type: ignore[arg-type]
    (line,) = setting_problems(Config(model=CHECKPOINT, backend=conf))
    assert problem in line


def test_the_registry_does_not_import_torch() -> None:
    code = "import sys; from clue.backends import uses_gpus; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
