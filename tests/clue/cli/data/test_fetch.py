"""The command from its arguments to the files, against a server on this machine."""

import gzip
import hashlib
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from clue.data.locate import locate
from clue.data.registry import DATASETS
from clue.errors import DataMissing
from tests import tiny
from tests.clue.data.download.server import Answer, Server
from tests.clue.data.download.transfer import PASSWORD, Fetch

LONGHEALTH = "/kbressem/LongHealth/main/data/benchmark_v5.json"
MEDISUMQA = "/files/medisumqa/1.0.0/MeDiSumQA.json"
SUMS = "/files/medisumqa/1.0.0/SHA256SUMS.txt"
HEADER = "note_id,subject_id,hadm_id,note_type,note_seq,charttime,storetime,text\n"
ROW = {"note_id": "n", "Question": "What hurts?", "Answer": "A knee.", "discharge_summary": "Knee."}
QUESTIONS = json.dumps([ROW]).encode()


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_open_data_come_without_a_name_and_are_counted(
    server: Server,
    fetching: Fetch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = tiny.longhealth(tmp_path / "made").read_bytes()
    server.serve(LONGHEALTH, Answer(body))
    assert fetching("longhealth") == 0
    assert (tmp_path / "data/longhealth/benchmark_v5.json").read_bytes() == body
    assert "9 rows, no sha256 is published" in capsys.readouterr().out
    assert "has 9 rows, officially there are 400" in caplog.text
    assert "Authorization" not in server.requests[0].headers


def test_what_is_there_and_good_is_left(
    server: Server,
    fetching: Fetch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tiny.longhealth(tmp_path / "data")
    monkeypatch.setitem(DATASETS, "longhealth", replace(DATASETS["longhealth"], rows={"test": 9}))
    assert fetching("longhealth", "longhealth") == 0
    assert capsys.readouterr().out.startswith("longhealth/test: is there, 9 rows: ")
    assert server.requests == []


def test_what_is_there_and_not_whole_is_replaced(
    server: Server, fetching: Fetch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = tiny.longhealth(tmp_path / "made", patients=4).read_bytes()
    server.serve(LONGHEALTH, Answer(body))
    path = tiny.longhealth(tmp_path / "data")
    assert fetching("longhealth") == 0
    assert path.read_bytes() == body
    assert "9 rows, officially there are 400; downloading it again" in caplog.text


def test_what_is_there_and_malformed_is_replaced(
    server: Server, fetching: Fetch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = tiny.longhealth(tmp_path / "made").read_bytes()
    server.serve(LONGHEALTH, Answer(body))
    path = tmp_path / "data" / "LongHealth" / "benchmark_v5.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    assert fetching("longhealth") == 0
    assert path.read_bytes() == body
    assert "is not JSON" in caplog.text
    assert "downloading it again" in caplog.text


def test_what_is_there_and_not_the_official_file_is_replaced(
    server: Server,
    fetching: Fetch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = tiny.longhealth(tmp_path / "made").read_bytes()
    official = replace(DATASETS["longhealth"], sha256={"test": digest(body)})
    monkeypatch.setitem(DATASETS, "longhealth", official)
    server.serve(LONGHEALTH, Answer(body))
    path = tiny.longhealth(tmp_path / "data", questions=2)
    assert fetching("longhealth") == 0
    assert path.read_bytes() == body
    assert f"not {digest(body)}; downloading it again" in caplog.text


def test_an_unfinished_download_is_not_taken_for_the_file(
    server: Server, fetching: Fetch, tmp_path: Path
) -> None:
    name = DATASETS["meqsum"].files["test"]
    server.serve(f"/abachaa/MeQSum/master/{name}", Answer(b"PK" * 99, cut=50, ranges=False))
    assert fetching("meqsum") == 1
    assert (tmp_path / f"data/meqsum/.part-{name}").stat().st_size == 50
    with pytest.raises(DataMissing):
        locate(DATASETS["meqsum"], "test", tmp_path / "data")


def test_credentialed_data_are_for_their_owner_only_and_match_the_release_s_list(
    server: Server, fetching: Fetch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = QUESTIONS
    server.login = ("me", PASSWORD)
    server.serve(MEDISUMQA, Answer(body))
    server.serve(
        SUMS, Answer(f"{digest(b'')} LICENSE.txt\n{digest(body)} MeDiSumQA.json\n".encode())
    )
    assert fetching("medisumqa", "--user", "me") == 0
    path = tmp_path / "data/medisumqa/MeDiSumQA.json"
    assert path.read_bytes() == body
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "sha256 as published" in capsys.readouterr().out
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_that_differs_from_the_release_s_list_is_not_kept(
    server: Server, fetching: Fetch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.serve(MEDISUMQA, Answer(QUESTIONS))
    server.serve(SUMS, Answer(f"{digest(b'')}  MeDiSumQA.json\n".encode()))
    assert fetching("medisumqa", "--user", "me") == 1
    output = capsys.readouterr().err
    assert f"its sha256 is {digest(QUESTIONS)}, not {digest(b'')}; the file is deleted" in output
    assert f"{server.url}/content/medisumqa/1.0.0/" in output
    assert list((tmp_path / "data/medisumqa").iterdir()) == []


def test_a_file_that_differs_from_the_known_checksum_is_not_kept(
    server: Server,
    fetching: Fetch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    official = replace(DATASETS["longhealth"], sha256={"test": digest(b"")})
    monkeypatch.setitem(DATASETS, "longhealth", official)
    server.serve(LONGHEALTH, Answer(tiny.longhealth(tmp_path / "made").read_bytes()))
    assert fetching("longhealth") == 1
    assert f"not {digest(b'')}; the file is deleted" in capsys.readouterr().err
    assert list((tmp_path / "data/longhealth").iterdir()) == []


def test_a_malformed_file_is_not_kept_and_the_error_names_the_address(
    server: Server, fetching: Fetch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = '1-DS-1,{},2,DS,1,2150-01-01,,"Knee,\nswollen."\n'
    rows = [HEADER, *[note.format(i) for i in range(999)]]
    packed = gzip.compress("".join(rows).encode())
    address = server.serve("/files/mimic-iv-note/2.2/note/discharge.csv.gz", Answer(packed[:-20]))
    assert fetching("mimic", "--user", "me") == 1
    output = capsys.readouterr().err
    assert f"{address} is a gzip file that is cut short or damaged" in output
    assert ".part" not in output
    assert list((tmp_path / "data/mimic").iterdir()) == []
