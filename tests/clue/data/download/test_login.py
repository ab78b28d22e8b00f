import getpass
import io
import logging
import warnings
from pathlib import Path

import pytest

from clue.data.download import login
from clue.errors import ConfigError


@pytest.fixture(autouse=True)
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "netrc"
    monkeypatch.setenv("NETRC", str(path))
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    return path


def written(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


@pytest.mark.parametrize("user", [None, "me"])
def test_a_netrc_entry_of_the_host_serves(netrc: Path, user: str | None) -> None:
    written(netrc, "machine other.org login x password y\nmachine host.org login me password word")
    assert login.find_login("host.org", user) == login.Login("me", "word")


def test_another_name_than_the_netrc_s_is_asked_for_its_password(netrc: Path) -> None:
    written(netrc, "machine host.org login me password word")
    assert login.find_login("host.org", "you") == login.Login("you", "typed")


def test_the_default_of_a_netrc_is_for_no_host(netrc: Path) -> None:
    written(netrc, "default login me password word")
    assert login.find_login("host.org", "me").password == "typed"


def test_without_a_name_the_error_tells_both_ways(netrc: Path) -> None:
    with pytest.raises(ConfigError, match=r"add --user NAME, or put a line `machine host\.org"):
        login.find_login("host.org", None)


def test_a_broken_netrc_is_named_by_line_without_its_words(netrc: Path) -> None:
    written(netrc, "machine host.org login me\nsecret word")
    with pytest.raises(ConfigError, match=r"netrc: line \d+ is no valid netrc line") as caught:
        login.find_login("host.org", "me")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_netrc_that_others_can_read_is_warned_of(
    netrc: Path, caplog: pytest.LogCaptureFixture
) -> None:
    written(netrc, "machine host.org login me password word", 0o644)
    login.find_login("host.org", "me")
    assert "can be read by others" in caplog.text


def test_without_a_terminal_the_netrc_is_recommended(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(prompt: str) -> str:
        warnings.warn("no echo control", getpass.GetPassWarning, stacklevel=1)
        return "read from a pipe and shown"

    monkeypatch.setattr("getpass.getpass", nowhere)
    with pytest.raises(ConfigError, match="there is no terminal to ask for the password of me"):
        login.find_login("host.org", "me")


def test_a_login_does_not_show_its_password() -> None:
    account = login.Login("me", "word")
    log = io.StringIO()
    logging.StreamHandler(log).emit(
        logging.makeLogRecord({"msg": "%s %r", "args": (account, account)})
    )
    assert "me" in log.getvalue()
    assert "word" not in log.getvalue()
