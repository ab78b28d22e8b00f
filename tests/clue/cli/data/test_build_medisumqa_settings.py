from pathlib import Path

import pytest

from clue.backends import Setup
from clue.cli.data import build_medisumqa
from clue.errors import ConfigError, StoreError
from tests.clue.cli.data.asking import QuestionBackend
from tests.clue.data.mimic.tiny_mimic import build, folder, note


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder(tmp_path, [note(number) for number in (1, 2, 3)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--backend", "nobody"), "no backend 'nobody'; there are fake"),
        (("--model", "nobody"), "no model 'nobody'. There are"),
        (("--model", "baseline_copy"), "baseline_copy is a baseline and writes no questions"),
        (("backend.batch=3",), "backend.batch=3: Key 'batch' not in 'BackendConf'"),
        (("limit=3",), "limit=3: Key 'limit' not in 'Settings'"),
        (("backend.batch_size=x",), "Value 'x' of type 'str' could not be converted"),
        (("backend.batch_size=0",), "backend.batch_size=0 is less than 1"),
        (("backend",), "backend: "),
        (("--model", "hf"), "model.repo is not set"),
    ],
)
def test_a_wrong_setting_is_named(data: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build(build_medisumqa, data, *arguments)


def test_settings_reach_the_backend(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Setup] = []
    monkeypatch.setattr(
        "clue.backends.create_backend", lambda setup: seen.append(setup) or QuestionBackend()
    )
    options = ("--model", "hf", "model.repo=a/b", "backend.device=cpu", "--backend", "fake")
    build(build_medisumqa, data, *options)
    (setup,) = seen
    assert (setup.model.repo, setup.model.label) == ("a/b", "a--b")
    assert (setup.backend.name, setup.backend.device) == ("fake", "cpu")


def test_a_stored_answer_cannot_be_asked_of_nobody(data: Path) -> None:
    with pytest.raises(StoreError, match="lacks 3 of 3 completions"):
        build(build_medisumqa, data, "--backend", "replay")
