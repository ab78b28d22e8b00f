"""`python -m clue study`: list, show, freeze, amend."""

import shlex
from pathlib import Path

import pytest
import yaml

from clue.cli.store.parser import main as store_command
from clue.cli.study.parser import main
from clue.config.files import own_folders
from clue.study import freeze
from clue.study.declaration import names
from clue.tracking.tracker import Tracker
from tests.analysis.paired_study.stores import cell, record


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a study of one's own."""
    path = tmp_path / "own" / "study" / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "name: mine\nmodels: [meditron7b]\ntasks: [mednli]\nsettings: {paths.data: demo}\n"
    )
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tmp_path / "own"))
    assert own_folders()
    return path


def test_every_study_is_listed(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", "--mlruns", str(tmp_path)]) == 0
    rows = {
        line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line
    }
    assert {*names()} <= {*rows}
    assert rows["mine"] == ["paper", "no", "1", "1", "2", "0"]


def test_a_study_is_shown_as_yaml(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "mine", "--mlruns", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert yaml.safe_load(output)["pairs"] == ["meditron7b - llama2_7b"]
    assert output.endswith("# This declaration was never frozen.\n")


def test_a_study_is_frozen_once_and_amended_on_request(
    own: Path, mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["freeze", "mine", "--mlruns", str(mlruns)]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    assert "before any of its cells was generated." in output
    assert "The weights of 2 models are not pinned (meditron7b, llama2_7b)" in output
    assert main(arguments) == 0
    assert "mine is frozen already." in capsys.readouterr().out
    own.write_text(own.read_text() + "alpha: 0.01\n")
    assert main(arguments) == 1
    refusal = capsys.readouterr().err
    assert "alpha: 0.05, now 0.01" in refusal
    command = shlex.split(refusal.rpartition("python -m clue study ")[2])
    folder = str(own.parent.parent)
    expected = ["freeze", "mine", "--amend", "--mlruns", str(mlruns), "--config-dir", folder]
    assert command == expected
    assert main(command) == 0
    assert len([*mlruns.glob("studies/mine/*.json")]) == 2
    run = Tracker(None, "clue", mlruns).latest("clue.study", "mine")
    assert run is not None
    assert run.data.tags["clue.kind"] == "study"
    assert run.data.metrics == {"cells": 2.0, "cells_present": 0.0}


def test_a_frozen_study_is_exported_and_imported(own: Path, mlruns: Path, tmp_path: Path) -> None:
    cell(mlruns, "llama2_7b", "mednli", [record("s0", {"accuracy": 1.0})])
    assert main(["freeze", "mine", "--mlruns", str(mlruns)]) == 0
    archive, copy = str(tmp_path / "study.zip"), tmp_path / "copy"
    assert store_command(["export", "--mlruns", str(mlruns), archive]) == 0
    for _ in range(2):
        assert store_command(["import", "--mlruns", str(copy), archive]) == 0
    assert freeze.read(copy, "mine") == freeze.read(mlruns, "mine") != []
    (path,) = freeze.files(copy)
    path.write_text("{}")
    assert store_command(["import", "--mlruns", str(copy), archive]) == 1
    assert path.read_text() == "{}"


def test_a_study_that_cannot_be_used_stops_no_other(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    own.write_text("name: mine\nmodels: [meditron77b]\ntasks: [mednli]\n")
    assert main(["list", "--mlruns", str(tmp_path)]) == 1
    assert "did you mean meditron7b" in caplog.text
    assert "demo" in capsys.readouterr().out
