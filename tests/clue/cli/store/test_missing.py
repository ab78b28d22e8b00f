"""The command for the rest of a study or a sweep."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from clue.cli.store import missing
from clue.cli.store.parser import main
from clue.config.schema import PathsConf
from clue.errors import StoreError
from clue.evaluation import outcome
from clue.evaluation.outcome import Outcome
from clue.launch.sweep import COMMAND
from tests.conftest import Cli

TYPED = "python run.py -m model=a,b,c task=[mednli,meqsum] backend=fake shards=4"


def sweep(mlruns: Path, time: str, command: str, *rows: Outcome) -> Path:
    folder = mlruns / "hydra" / "2026-01-01" / time
    folder.mkdir(parents=True)
    (folder / COMMAND).write_text(command)
    for row in rows:
        outcome.append(folder / str(len(row.model)) / outcome.FILE, row)
    return folder


def row(model: str, task: str, status: str) -> Outcome:
    return Outcome(model, task, "paper", status)  # type: ignore[arg-type]


def lines(mlruns: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    assert main(["list", "--missing", "--mlruns", str(mlruns), *options]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_newest_sweep_is_repeated_without_models_that_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep(tmp_path, "10-00-00", "python run.py -m model=older", row("older", "mednli", "failed"))
    rows = [row("a", task, "done") for task in ("mednli", "meqsum")]
    rows += [row("b", "mednli", "running"), row("b", "meqsum", "running")]
    rows += [row("b", "mednli", "too long")]
    folder = sweep(tmp_path, "11-00-00", TYPED, *rows)
    head, cell, command = lines(tmp_path, capsys)
    assert head == f"{folder}: 1 of 4 started cells left"
    assert cell == "  b/meqsum/paper: begun"
    assert shlex.split(command) == shlex.split(TYPED.replace("a,b,c", "b,c"))  # c never started


def test_a_finished_sweep_keeps_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(name, "mednli", "skipped") for name in "abc"]
    sweep(tmp_path, "10-00-00", TYPED, *rows)
    head, command = lines(tmp_path, capsys)
    assert "0 of 3 started cells left" in head
    assert "model=a,b,c" in command


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        (("generated", "generated"), "generated"),
        (("running", "generated"), "begun"),
        (("failed", "running"), "failed"),
    ],
)
def test_a_cell_of_several_shards_is_listed_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], parts: tuple[str, ...], state: str
) -> None:
    folder = sweep(tmp_path, "10-00-00", TYPED)
    for shard, status in enumerate(parts):
        part = replace(row("a", "mednli", status), job=f"shard {shard}")
        for limit in (10, 20):  # two cells
            job = folder / f"{limit}{shard}"
            outcome.append(job / outcome.FILE, part)
            (job / ".hydra").mkdir()
            (job / ".hydra" / "overrides.yaml").write_text(f"- limit={limit}\n- shard={shard}\n")
    head, *cells, _ = lines(tmp_path, capsys)
    assert "2 of 2 started cells left" in head
    assert cells == [f"  a/mednli/paper: {state}"] * 2


def test_a_sharded_cell_that_is_too_long_is_not_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sweep(tmp_path, "10-00-00", TYPED)
    for shard, status in enumerate(("too long", "running")):
        outcome.append(folder / str(shard) / outcome.FILE, row("a", "mednli", status))
    assert "0 of 1 started cell left" in lines(tmp_path, capsys)[0]


def test_a_store_without_a_sweep_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="command of no sweep"):
        missing.newest(tmp_path)


def test_a_study_is_named_with_the_models_that_it_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cells").mkdir()
    summary, command = lines(tmp_path, capsys, "--study", "demo", "--data", "demo")
    assert summary == "study demo: 16 of 16 declared cells to evaluate"
    assert f"-m study=demo paths.data=demo paths.mlruns={tmp_path} model=" in command


@pytest.mark.slow
def test_a_sharded_command_is_recorded_as_it_was_typed(cli: Cli, mlruns: Path) -> None:
    words = ("-m", "model=llama2_7b", "task=mednli", "backend=fake", "shards=2")
    assert cli(*words).returncode == 0
    one, two = (path.read_text() for path in mlruns.glob(f"hydra/*/*/{COMMAND}"))
    assert one == two
    assert "model=llama2_7b task=mednli backend=fake shards=2 paths.mlruns=" in one
    assert PathsConf(mlruns=str(mlruns)).store == mlruns
    assert missing.newest(mlruns).left == []
