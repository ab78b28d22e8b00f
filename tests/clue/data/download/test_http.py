"""Errors of HTTP answers: busy, refused, no connection, wrong host."""

from pathlib import Path

import pytest

from clue.data.download.login import Login
from clue.errors import DataMissing
from tests.clue.data.download.server import Answer, Server
from tests.clue.data.download.transfer import BODY, download


@pytest.mark.parametrize("status", [408, 429, 500, 503, 522])
def test_a_busy_server_is_asked_again(
    server: Server, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.serve("/x", Answer(status=status), Answer(BODY))
    assert download(url, tmp_path / "x") == BODY
    assert f"x: 127.0.0.1 answers {status}; again in 0.0 s" in caplog.text


@pytest.mark.parametrize("wait", ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon"])
def test_a_server_may_say_when_to_come_back(server: Server, tmp_path: Path, wait: str) -> None:
    busy = Answer(status=429, headers={"Retry-After": wait})
    assert download(server.serve("/x", busy, Answer(BODY)), tmp_path / "x") == BODY


def test_a_long_wait_is_left_to_the_user(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(status=503, headers={"Retry-After": "5"}))
    with pytest.raises(DataMissing, match="asks to wait 5 s: run the same"):
        download(url, tmp_path / "x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, r"does not accept the name me with this password \(401\)"),
        (403, r"does not give me this release \(403\).*bottom of the page.*`the command`"),
        (
            404,
            r"/x does not exist \(404\): it was moved or withdrawn. Look .* at the page",
        ),
        (410, r"refuses http://.*/x \(410\)"),
    ],
)
def test_a_refusal_is_final_and_names_the_next_step(
    server: Server, tmp_path: Path, status: int, message: str
) -> None:
    url = server.serve("/x", Answer(status=status), Answer(BODY))
    with pytest.raises(DataMissing, match=message):
        download(url, tmp_path / "x", Login("me", "word"))
    assert len(server.requests) == 1


def test_a_refusal_of_open_data_suspects_what_is_in_between(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(status=403))
    with pytest.raises(DataMissing, match=r"\(403\). A proxy or firewall may be the cause"):
        download(url, tmp_path / "x")


def test_no_network_is_said_with_the_system_s_reason(server: Server, tmp_path: Path) -> None:
    gone = Server()
    gone._http.server_close()
    with pytest.raises(
        DataMissing,
        match=r"no connection to 127.0.0.1 \(Connection refused\), 3 times.*`the command`",
    ):
        download(f"{gone.url}/x", tmp_path / "x")


def test_an_unknown_host_is_no_connection(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"no connection to here\.invalid"):
        download("http://here.invalid/x", tmp_path / "x")


def test_a_proxy_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Server()
    gone._http.server_close()
    proxy = gone.url.replace("//", "//user:geheim@")
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(DataMissing, match="the proxy") as caught:
        download("http://somewhere.invalid/x", tmp_path / "x")
    assert "geheim" not in str(caught.value)


def test_a_proxy_is_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.serve("http://somewhere.invalid/x", Answer(BODY))
    assert download("http://somewhere.invalid/x", tmp_path / "x") == BODY


def test_a_password_does_not_follow_a_redirect_to_another_host(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Server().running() as other:
        elsewhere = other.serve("/y", Answer(BODY)).replace("127.0.0.1", "localhost")
        here = server.serve("/z", Answer(status=302, headers={"Location": elsewhere}))
        url = server.serve("/x", Answer(status=302, headers={"Location": here}))
        assert download(url, tmp_path / "x", Login("me", "word")) == BODY
        assert all("Authorization" in request.headers for request in server.requests)
        assert "Authorization" not in other.requests[0].headers


def test_open_data_are_asked_for_without_any_login(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password word\n")
    monkeypatch.setenv("NETRC", str(netrc))
    download(server.serve("/x", Answer(BODY)), tmp_path / "x")
    assert "Authorization" not in server.requests[0].headers
