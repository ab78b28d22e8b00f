import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clue.cli.data import status
from clue.data.registry import DATASETS, DEMO
from clue.errors import ConfigError
from tests import tiny

Status = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path) -> Status:
    def command(data: Path | str, *words: str) -> int:
        parser = argparse.ArgumentParser()
        parser.add_argument("--data")
        status.add(parser)
        folders = ["--data", str(data), "--mlruns", str(tmp_path / "mlruns")]
        return status.run(parser.parse_args([*folders, *words]))

    return command


def files_by_split(
    run: Status, capsys: pytest.CaptureFixture[str], data: Path | str
) -> dict[Any, Any]:
    run(data, "--json")
    files = json.loads(capsys.readouterr().out)["files"]
    return {(file["dataset"], file["split"]): file for file in files}


def test_every_split_of_every_data_set_is_listed(
    run: Status, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_by_split(run, capsys, tmp_path)
    assert set(files) == {(name, split) for name in DATASETS for split in DATASETS[name].files}
    assert {file["state"] for file in files.values()} == {"missing"}
    assert files["mednli", "test"]["official_rows"] == 1422
    assert files["mednli", "test"]["path"] == str(tmp_path / "mednli" / "mli_test_v1.jsonl")


def test_a_file_is_found_with_its_rows_and_what_differs_from_the_release(
    run: Status, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny.meqsum(tmp_path, 12)
    meqsum = files_by_split(run, capsys, tmp_path)["meqsum", "test"]
    assert (meqsum["state"], meqsum["rows"], meqsum["official_rows"]) == ("found", 12, 1000)
    assert meqsum["note"].startswith("not the official file of sha256 abedd939")
    assert (meqsum["access"], meqsum["licence"]) == ("open", "CC BY 4.0")


def test_a_malformed_file_is_shown_with_the_reason(
    run: Status, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny.medisumqa(tmp_path).write_text("[{}]")
    assert run(tmp_path, "--need", "task=medisumqa") == 1
    output = capsys.readouterr().out
    assert "test is malformed: " in output
    assert "MeDiSumQA.json: row 1: no field note_id among 0 fields" in output


def test_the_fictional_data_are_all_there_under_terms_of_their_own(
    run: Status, capsys: pytest.CaptureFixture[str]
) -> None:
    files = files_by_split(run, capsys, "demo")
    assert {file["state"] for file in files.values()} == {"found"}
    assert {file["access"] for file in files.values()} == {"open"}
    assert {file["official_rows"] for file in files.values()} == {None}
    assert {file["note"] for file in files.values()} == {""}


@pytest.mark.parametrize(
    ("need", "code"),
    [
        ([], 0),
        (["task=meqsum"], 0),
        (["task=meqsum", "task=level1"], 1),
        (["task=meqsum,longhealth2"], 1),
        (["task=all"], 1),
    ],
)
def test_the_exit_code_tells_whether_what_is_needed_is_here(
    run: Status, tmp_path: Path, need: list[str], code: int
) -> None:
    tiny.meqsum(tmp_path)
    assert run(tmp_path, *(["--need", *need] if need else [])) == code


def test_a_table_of_ones_own_is_listed_checked_and_needed(
    run: Status, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tiny.triage(tmp_path)))
    table = files_by_split(run, capsys, tmp_path / "data")["triage", "test"]
    assert (table["state"], table["rows"], table["access"]) == ("found", 6, "credentialed")
    assert table["path"] == str(tmp_path / "triage.csv")
    assert run(tmp_path, "--need", "task=triage") == 0
    text = (tmp_path / "triage.csv").read_text()
    (tmp_path / "triage.csv").write_text(text.replace("routine", "rotine"))
    assert run(tmp_path, "--need", "task=triage") == 1
    output = capsys.readouterr().out
    assert "test is malformed: " in output
    assert "row 3, column urgency is none of the labels urgent, routine" in output
    (tmp_path / "triage.csv").unlink()
    assert run(tmp_path, "--need", "task=triage") == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "triage: own file, credentialed" in output
    assert "test is missing: the file of triage is not at" in output
    assert run(tmp_path) == 0


def test_only_the_test_split_is_needed(run: Status, tmp_path: Path) -> None:
    tiny.mednli(tmp_path, split="test")
    assert run(tmp_path, "--need", "task=mednli") == 0
    assert run(tmp_path / "mednli", "--need", "task=mednli") == 1


def test_every_test_set_of_a_task_is_needed(run: Status, tmp_path: Path) -> None:
    folder = tiny.aci_bench(tmp_path)
    assert run(tmp_path, "--need", "task=aci_bench") == 0
    (folder / "valid.csv").unlink()
    assert run(tmp_path, "--need", "task=aci_bench") == 0
    (folder / "clef_taskC_test3.csv").unlink()
    assert run(tmp_path, "--need", "task=aci_bench") == 1


def test_lists_of_tasks_are_those_of_the_yaml_files() -> None:
    assert status.needed_datasets(["task=longhealth"]) == {"longhealth"}
    assert status.needed_datasets(["task=level1"]) == {"mednli", "meqsum", "problem_summary"}
    exams = {"medqa", "pubmedqa", "mmlu_medical", "medmcqa"}
    assert status.needed_datasets(["task=exam"]) == exams
    assert status.needed_datasets(["task=open"]) == {"medec", "aci_bench", "mts_dialog"}
    assert status.needed_datasets(["task=all"]) == (
        {"mednli", "meqsum", "problem_summary", "longhealth", "medisumqa", "medisumcode"}
    )


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ("task=meqsun", "there is no single task 'meqsun'; did you mean meqsum"),
        ("meqsum", "--need meqsum: use --need task=all"),
        ("task=", "--need task=: use --need task=all"),
    ],
)
def test_an_unknown_need_is_an_error(need: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        status.needed_datasets([need])


def test_the_table_fits_eighty_columns_and_says_how_to_have_the_rest(
    run: Status,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    tiny.meqsum(tmp_path)
    run(tmp_path)
    output = capsys.readouterr().out
    table = output.partition("data set")[2].partition("\nmednli: ")[0]
    assert "…" not in table
    assert max(map(len, table.splitlines())) <= 80
    assert "python -m clue data fetch mednli --user NAME" in output
    assert f"python -m clue data fetch longhealth --data {tmp_path}\n" in output
    assert (
        f"--data {tmp_path} && python -m clue data build medisumcode --data {tmp_path}\n" in output
    )
    assert str(tmp_path / "meqsum") in output


def test_the_last_line_answers_what_was_asked(
    run: Status, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--need", "task=mednli,meqsum") == 1
    *details, last = capsys.readouterr().out.splitlines()
    assert last.startswith("Needed and not usable: mednli, meqsum.")
    assert [line for line in details if line.startswith("  to get ")][-1].count("fetch meqsum")
    assert run(DEMO, "--need", "task=meqsum") == 0
    assert capsys.readouterr().out.endswith("Everything that these tasks need is here.\n")
