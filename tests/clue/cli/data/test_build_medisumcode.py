import json
from pathlib import Path

import pytest

from clue.cli.data import build_medisumcode
from clue.errors import DataError, DataMissing
from clue.task import medisumcode
from tests.clue.data.mimic.tiny_mimic import INSTRUCTIONS, build, diagnosis, folder, note


@pytest.fixture
def mimic(tmp_path: Path) -> Path:
    rows = range(1, 7)
    data = folder(tmp_path, [note(n, 9) for n in rows], [diagnosis(n, subject_id=9) for n in rows])
    (data / "mimic" / "diagnoses_icd.csv.gz").rename(data / "mimic" / "elsewhere")
    (data / "mimic" / "hosp").mkdir()
    (data / "mimic" / "elsewhere").rename(data / "mimic" / "hosp" / "diagnoses_icd.csv.gz")
    return data


def test_the_same_call_writes_the_same_bytes_that_the_task_reads(
    mimic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--size", "4", "--several-per-patient")
    assert build(build_medisumcode, mimic, *options) == 0
    first = mimic / "medisumcode" / "MeDiSumCode.json"
    assert build(build_medisumcode, mimic, *options, "--out", str(mimic / "again.json")) == 0
    assert (mimic / "again.json").read_bytes() == first.read_bytes()
    assert first.stat().st_mode & 0o777 == 0o600
    assert [sample.target for sample in medisumcode.read(first)] == ["I10"] * 4
    output = capsys.readouterr()
    assert "4 letters written" in output.out
    assert f"written: {first}" in output.out
    assert not any(word in output.out + output.err for word in INSTRUCTIONS.split(". "))


def test_the_seed_decides_and_a_patient_has_one_letter(mimic: Path) -> None:
    hadm_ids = set()
    for seed in range(9):
        out = mimic / f"{seed}.json"
        build(build_medisumcode, mimic, "--seed", str(seed), "--out", str(out))
        (row,) = json.loads(out.read_text())
        hadm_ids.add(row["hadm_id"])
    assert len(hadm_ids) > 2


def test_nothing_is_read_where_the_file_exists(mimic: Path) -> None:
    (mimic / "mimic" / "discharge.csv.gz").write_text("no table")
    (mimic / "x.json").touch()
    with pytest.raises(DataError, match=r"x.json exists"):
        build(build_medisumcode, mimic, "--out", str(mimic / "x.json"))


def test_a_failed_build_leaves_no_file(mimic: Path) -> None:
    (mimic / "mimic" / "discharge.csv.gz").write_text("no table")
    with pytest.raises(DataError, match="no column"):
        build(build_medisumcode, mimic)
    assert not (mimic / "medisumcode").exists()


def test_missing_tables_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=r"discharge.csv.gz"):
        build(build_medisumcode, tmp_path)


@pytest.mark.parametrize("options", [("--size", "0"), ("--icd9", "no"), ("--seed", "x")])
def test_a_wrong_option_is_refused(mimic: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        build(build_medisumcode, mimic, *options)
