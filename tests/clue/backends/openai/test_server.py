import socket
from pathlib import Path

import pytest

from clue.errors import ConfigError, ModelError, ModelUnavailable
from tests.clue.backends.openai.prompts_and_answers import openai_backend, prompts
from tests.clue.backends.openai.server import Habits, Server


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_model_that_the_server_has_not_is_an_error_that_lists_those_it_has(
    folder: Path,
) -> None:
    with (
        Server(folder, Habits(models=("a", "b"))).running() as server,
        pytest.raises(ModelUnavailable, match=r"no model tiny; it has a, b\. .*backend.model="),
    ):
        openai_backend(server, folder).identity()


def test_a_server_that_loads_on_demand_need_not_list_the_model(folder: Path) -> None:
    with Server(folder, Habits(models=("a",), loads=True)).running() as server:
        backend = openai_backend(server, folder)
        assert backend.identity()["owner"] == "transformers serve"
        assert len(dict(backend.generate(prompts(1)))) == 1


def test_a_dead_server_is_one_error_with_the_next_command(folder: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelUnavailable, match=r"does not answer \(no connection.*vllm serve"):
            openai_backend(url, folder).identity()


def test_an_address_that_is_none_of_this_kind_is_said(server: Server, folder: Path) -> None:
    with pytest.raises(ModelError, match="is no OpenAI-compatible server: models: HTTP 404"):
        openai_backend(f"{server.url}/deeper", folder).identity()
    assert openai_backend(server.url.removesuffix("/v1"), folder).endpoint() == server.url


def test_a_key_comes_from_the_environment_and_shows_nowhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Server(folder, Habits(key="s3cret")).running() as server:
        with pytest.raises(ConfigError, match="from the variable HOSPITAL_KEY: set it"):
            openai_backend(server, folder, key_env="HOSPITAL_KEY").identity()
        monkeypatch.setenv("HOSPITAL_KEY", "s3cret")
        backend = openai_backend(server, folder, key_env="HOSPITAL_KEY")
        assert len(dict(backend.generate(prompts(1)))) == 1
        assert server.keys[-1] == "Bearer s3cret"
        assert "s3cret" not in f"{backend.identity()} {backend.facts()} {caplog.text}"


def test_no_proxy_gets_what_is_for_this_machine(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert len(dict(openai_backend(server, folder).generate(prompts(1)))) == 1
