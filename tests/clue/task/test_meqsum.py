import zipfile
from pathlib import Path
from typing import Any

import pytest

from clue.config.folders import ROOT
from clue.errors import DataError
from clue.records import Sample
from clue.task import meqsum
from tests.tiny import workbook

HEADER = ("File", "CHQ", "Summary")
GOOD = ("1.txt", "my knee hurts", "Why does my knee hurt?")
REAL = ROOT.parent / "shared" / "data" / "meqsum"


def test_a_row_becomes_a_sample(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", [HEADER, GOOD])
    (sample,) = meqsum.read(path)
    assert (sample.id, sample.cluster, sample.target) == ("1.txt", "1.txt", GOOD[2])
    assert sample.fields == {"question": "my knee hurts"}


def test_columns_are_found_by_name_and_empty_rows_are_none(tmp_path: Path) -> None:
    rows = [("Summary", None, "File", "CHQ"), ("S", 1, "f", "q"), (None,) * 4, ("S", 2, "g", 7)]
    samples = meqsum.read(workbook(tmp_path / "x.xlsx", rows))
    assert [(s.id, s.fields["question"], s.target) for s in samples] == [
        ("f", "q", "S"),
        ("g", "7", "S"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("File", "CHQ"), GOOD[:2]], "row 1: no column Summary; found File, CHQ"),
        ([()], "row 1: no column File, CHQ, Summary; found nothing"),
        ([HEADER], "a header and no rows"),
        ([HEADER, GOOD, ("2.txt", " ", "S")], "row 3, column CHQ is empty"),
        ([(*HEADER, "CHQ"), (*GOOD, "q")], "row 1: the column CHQ occurs twice"),
        ([HEADER, ("1.txt", "#REF!", "S")], "row 2, column CHQ is an error of a formula"),
        ([HEADER, GOOD, GOOD], "row 3: the id '1.txt' in column File is in an earlier row"),
    ],
)
def test_a_malformed_sheet_names_row_and_column(
    tmp_path: Path, rows: list[tuple[Any, ...]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        meqsum.read(workbook(tmp_path / "x.xlsx", rows))


def test_rows_beyond_the_stated_size_of_a_sheet_are_read(tmp_path: Path) -> None:
    rows = [HEADER, *((f"{number}.txt", "q", "S") for number in range(30))]
    path = workbook(tmp_path / "whole.xlsx", rows)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "x.xlsx", "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            if name.endswith("sheet1.xml"):
                assert b'ref="A1:C31"' in content
                content = content.replace(b'ref="A1:C31"', b'ref="A1:C11"')
            changed.writestr(name, content)
    assert len(meqsum.read(tmp_path / "x.xlsx")) == 30


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_workbook_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x.xlsx is not an Excel workbook"):
        meqsum.read(path)


def test_the_answer_is_the_whole_text() -> None:
    sample = Sample("1", {}, "t", "1")
    assert meqsum.parse("  Why?\nBecause. ", sample) == "Why?\nBecause."
    assert meqsum.parse(" \n", sample) is None


@pytest.mark.skipif(not REAL.is_dir(), reason="the MeQSum data set is not beside this checkout")
def test_the_real_file_is_the_official_release() -> None:
    from clue.common.file_cache import checksum
    from clue.data.locate import locate
    from clue.data.registry import DATASETS

    path = locate(DATASETS["meqsum"], "test", REAL.parent)
    assert checksum(path) == DATASETS["meqsum"].sha256["test"]
    samples = meqsum.read(path)
    assert len({sample.id for sample in samples}) == DATASETS["meqsum"].rows["test"] == 1000
