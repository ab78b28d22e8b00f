"""Packed files, pointers and averages: the message says what to do, and shows no text of a file."""

import gzip
import json
import pickle
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.errors import ResultsError
from analysis.readers import read

CSV = b"sample_id,score\na,1\n"
NOTE = "Mr. Example with oedema, admitted for heart failure"


def zipped(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "{}")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("scores.csv", gzip.compress(CSV), "gunzip --keep"),
        ("scores.csv.gz", gzip.compress(CSV), "gunzip --keep"),
        ("scores.csv", b"\xd0\xcf\x11\xe0" + bytes(64), "Excel workbook; save the sheet as CSV"),
        ("scores.parquet", b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
        ("scores.pkl", pickle.dumps({"a": 1}), "could run code"),
    ],
)
def test_a_packed_file_or_a_pointer_names_the_next_step(
    tmp_path: Path, name: str, content: bytes, advice: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=advice):
        read(path)


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        ("xl/workbook.xml", "Excel workbook; save the sheet as CSV"),
        ("header.json", r"rename it so that it ends with \.eval"),
        ("scores.csv", "is a zip archive; unpack it"),
    ],
)
def test_a_zip_file_is_known_by_its_entries(tmp_path: Path, entry: str, advice: str) -> None:
    path = tmp_path / "scores.xlsx"
    path.write_bytes(zipped(tmp_path / "made.zip", entry))
    with pytest.raises(ResultsError, match=advice):
        read(path)


def test_a_parquet_file_of_another_name_is_known(tmp_path: Path) -> None:
    pq.write_table(pa.table({"sample_id": ["a"], "score": [1.0]}), tmp_path / "scores.csv")
    with pytest.raises(ResultsError, match=r"ends with \.parquet"):
        read(tmp_path / "scores.csv")


@pytest.mark.parametrize(
    ("content", "samples"),
    [
        ({"results": {}, "versions": {}, "configs": {}}, "--log_samples"),
        ({"evaluation_id": "x", "evaluation_results": []}, "_samples.jsonl"),
    ],
)
def test_averages_name_the_file_with_the_samples(
    tmp_path: Path, content: dict[str, object], samples: str
) -> None:
    path = tmp_path / "results_2026.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ResultsError, match="contains averages only") as error:
        read(path)
    assert samples in str(error.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.csv", f'10000032-DS-21,"{NOTE}",1\n10000033-DS-1,"another",0\n'),
        ("rows.csv", f"sepsis,oedema,{NOTE.replace(',', '')}\n1,1,1\n"),
        ("rows.json", json.dumps({f"{NOTE} {number}": 1 for number in range(1300)})),
        ("rows.jsonl", json.dumps({"sample_id": "a", NOTE: 1})),
    ],
)
@pytest.mark.parametrize("cluster", [None, "patient"])
def test_texts_in_the_place_of_names_are_counted(
    tmp_path: Path, name: str, text: str, cluster: str | None
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ResultsError, match="not shown since not all look like names") as error:
        read(path, cluster=cluster)
    message = str(error.value)
    assert len(message) < 900
    for word in ("Example", "oedema", "sepsis", "10000032"):
        assert word not in message


def test_a_long_list_of_names_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({f"field{number}": 1 for number in range(300)}))
    with pytest.raises(ResultsError, match="and 280 more"):
        read(path)


def test_an_unknown_file_lists_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question": "x", "value": 1}\n')
    with pytest.raises(ResultsError, match="lm-evaluation-harness: samples_<task>_") as error:
        read(path)
    assert "--id" in str(error.value)
