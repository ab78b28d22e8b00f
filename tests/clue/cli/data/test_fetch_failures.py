"""Messages and files of the command after a failed download."""

import argparse
import logging
from pathlib import Path

import pytest

from clue.cli.data import fetch
from clue.errors import ConfigError
from tests import tiny
from tests.clue.data.download.server import Answer, Server
from tests.clue.data.download.transfer import BODY, ONE, PASSWORD, Fetch

LONGHEALTH = "/kbressem/LongHealth/main/data/benchmark_v5.json"
MEDISUMQA = "/files/medisumqa/1.0.0/MeDiSumQA.json"


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_web_page_with_status_200_is_no_data(
    server: Server, fetching: Fetch, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Answer(b"\n<!DOCTYPE html><title>Log in</title>", headers={"Content-Type": kind})
    server.serve(MEDISUMQA, page)
    assert fetching("medisumqa", "--user", "me") == 1
    output = capsys.readouterr().err
    assert "gave a web page, not the file" in output
    assert f"Open {server.url}/content/medisumqa/1.0.0/ in a browser" in output
    assert list((tmp_path / "data/medisumqa").iterdir()) == []


def test_one_failing_data_set_does_not_stop_the_others(
    server: Server, fetching: Fetch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.serve(LONGHEALTH, Answer(tiny.longhealth(tmp_path / "made").read_bytes()))
    assert fetching("medisumcode", "meqsum", "longhealth") == 1
    printed = capsys.readouterr()
    assert "longhealth/test: " in printed.out
    assert (
        "medisumcode was never released, it is built: `python -m clue data fetch mimic"
        in printed.err
    )
    assert "MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx does not exist (404)" in printed.err
    assert printed.err.endswith("not complete: medisumcode, meqsum\n")


def test_a_wrong_password_is_sent_once(
    server: Server, fetching: Fetch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.login = ("me", "another")
    assert fetching("mednli", "medisumqa", "--user", "me") == 1
    output = capsys.readouterr().err
    assert "does not accept the name me with this password (401)" in output
    assert len(server.requests) == 1
    assert output.count("(401)") == 2, "once for each data set"


def test_access_that_is_not_granted_names_the_agreement_and_the_way_by_hand(
    server: Server, fetching: Fetch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for split in ("test", "train", "dev"):
        server.serve(f"/files/mednli/1.0.0/mli_{split}_v1.jsonl", Answer(status=403))
    assert fetching("mednli", "--user", "me") == 1
    output = capsys.readouterr().err
    assert f"at the bottom of {server.url}/content/mednli/1.0.0/" in output
    assert (
        f"wget -c -P {tmp_path}/data/mednli --user me --ask-password {server.url}/files/" in output
    )
    assert output.count("(403)") == 1
    assert output.count("_v1.jsonl") == 3


def test_a_full_disk_is_said_before_a_download(
    server: Server,
    fetching: Fetch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: argparse.Namespace(free=10))
    server.serve(LONGHEALTH, Answer(b"x" * 11))
    assert fetching("longhealth") == 1
    assert "benchmark_v5.json needs 11 bytes more and" in capsys.readouterr().err


def test_the_password_stands_nowhere(
    server: Server,
    fetching: Fetch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.login = ("me", PASSWORD)
    server.serve(MEDISUMQA, Answer(status=503), Answer(BODY, cut=99, etag=ONE))
    server.serve("/files/mednli/1.0.0/mli_test_v1.jsonl", Answer(status=403))
    assert fetching("medisumqa", "mednli", "--user", "me") == 1
    printed = capsys.readouterr()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    secrets = (PASSWORD, server.requests[0].headers["Authorization"].split()[1])
    for secret in secrets:
        assert secret not in printed.out + printed.err + caplog.text
        assert secret.encode() not in stored
    assert "bytes are kept" in printed.err
    assert "(403)" in printed.err


def test_the_fictional_data_are_not_fetched() -> None:
    arguments = argparse.Namespace(data="demo", datasets=["meqsum"])
    with pytest.raises(ConfigError, match="complete and fictional"):
        fetch.run(arguments)
