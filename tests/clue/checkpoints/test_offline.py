import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from clue.checkpoints import offline
from clue.checkpoints.locate import locate_weights
from clue.config.schema import ModelConf


@pytest.fixture(autouse=True)
def _hub_allowed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", constants.HF_HUB_OFFLINE)
    for switch in offline.SWITCHES:
        monkeypatch.delenv(switch, raising=False)
    offline._answers.cache_clear()
    yield
    offline._answers.cache_clear()


@pytest.fixture
def requests_seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Methods of the requests to a hub on this machine, which answers all of them with 404."""
    methods: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            methods.append(self.command)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    yield methods
    server.shutdown()
    server.server_close()


def test_an_unreachable_hub_is_asked_once_and_the_client_uses_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(offline, "RECHECK_SECONDS", 10**9)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    for _ in range(3):
        locate_weights(ModelConf(repo="org/m"), tmp_path, tmp_path)
    assert time.monotonic() - started < offline.TIMEOUT_SECONDS
    assert constants.is_offline_mode()
    assert caplog.text.count("http://127.0.0.1:9 does not answer") == 1


def test_any_answer_shows_that_the_hub_is_reachable(requests_seen: list[str]) -> None:
    constants.HF_HUB_OFFLINE = True  # as after an earlier check
    assert offline.check_hub()
    assert not constants.is_offline_mode()
    assert requests_seen == ["HEAD"]


def test_a_hub_that_was_unreachable_is_asked_again_later(
    requests_seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(offline.time, "monotonic", lambda: now)
    endpoint = offline.os.environ["HF_ENDPOINT"]
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert not offline.check_hub()
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    now = offline.RECHECK_SECONDS
    assert offline.check_hub()
    assert not constants.is_offline_mode()


@pytest.mark.parametrize("switch", offline.SWITCHES)
def test_a_user_who_forbids_the_hub_is_obeyed(
    switch: str, requests_seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(switch, "1")
    assert not offline.check_hub()
    assert requests_seen == []


@pytest.mark.parametrize("own_switch", [None, "0"])
def test_a_command_that_reads_this_machine_alone_asks_nothing(
    own_switch: str | None, requests_seen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    constants.HF_HUB_OFFLINE = False
    if own_switch is not None:
        monkeypatch.setenv(offline.SWITCHES[0], own_switch)
    with offline.local_files_only():
        assert constants.is_offline_mode()
        assert not offline.check_hub()
    assert requests_seen == []
    assert not constants.is_offline_mode()
    assert offline.os.environ.get(offline.SWITCHES[0]) == own_switch
    assert offline.check_hub()
