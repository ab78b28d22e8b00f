import argparse
import hashlib
import json
from pathlib import Path

import pytest

from clue.data.mimic import output
from clue.data.registry import DEMO
from clue.errors import ConfigError, DataError, StoreError


def test_a_file_is_for_its_owner_only_and_is_reported_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.json"
    output_text = output.write_dataset(path, [{"text": "zebra é"}], 1, {"letters read": 12345})
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == [{"text": "zebra é"}]
    assert output_text.splitlines() == [
        "   12,345 letters read",
        f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}",
        f"written: {path}",
    ]


def test_fewer_rows_than_asked_for_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    output.write_dataset(tmp_path / "x.json", [{}, {}], 3, {})
    output.write_dataset(tmp_path / "y.json", [{}, {}], 2, {})
    assert caplog.messages == ["3 rows were requested; there are only 2"]


def test_no_file_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("mine")
    with pytest.raises(DataError, match=r"x.json exists; move it away or name another file"):
        output.destination(path, tmp_path, "medisumcode")
    with pytest.raises(DataError, match=r"x.json exists"):
        output.write_dataset(path, [], 0, {})
    assert path.read_text() == "mine"


def test_a_data_set_lies_where_it_is_sought(tmp_path: Path) -> None:
    path = output.destination(None, tmp_path, "medisumcode")
    assert path == tmp_path / "medisumcode" / "MeDiSumCode.json"
    assert output.destination(tmp_path / "y", DEMO, "medisumqa") == tmp_path / "y"


@pytest.mark.parametrize("out", [None, DEMO / "mimic" / "x.json"])
def test_the_fictional_data_are_not_written_to(out: Path | None) -> None:
    with pytest.raises(ConfigError, match="stay as they are; name a file with --out"):
        output.destination(out, DEMO, "medisumcode")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write to .*file"):
        output.write_dataset(tmp_path / "file" / "x.json", [], 0, {})


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", ""])
def test_a_number_is_at_least_one(text: str) -> None:
    assert output.positive_integer("1") == 1
    with pytest.raises(argparse.ArgumentTypeError, match="is no whole number of at least 1"):
        output.positive_integer(text)
