"""The Python blocks of docs/python.md run as one script; the interface is lazy and silent."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import analysis
import clue
from clue.config.folders import ROOT
from clue.errors import ConfigError
from tests.documentation.reading import BLOCK

DOCUMENT = ROOT / "docs" / "python.md"
SETTINGS = {"backend": "fake", "limit": 6, "paths.data": "demo"}


def run(code: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_the_blocks_of_the_document_run(tmp_path: Path) -> None:
    blocks = [
        code for language, code in BLOCK.findall(DOCUMENT.read_text()) if language == "python"
    ]
    ended = run("\n".join(blocks), tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "1742 items detect" in ended.stdout
    assert ended.stdout.count("ConfigError") == 2


def test_importing_the_packages_loads_nothing_large(tmp_path: Path) -> None:
    large = "{'numpy', 'scipy', 'pandas', 'torch', 'transformers', 'mlflow', 'hydra', 'omegaconf'}"
    code = (
        "import sys, clue, analysis\n"
        "from clue import evaluate, models, read_records, tasks\n"
        "from analysis import compare, meta_analysis, power, study\n"
        f"print(sorted({large} & set(sys.modules)))"
    )
    assert run(code, tmp_path).stdout == "[]\n"


def test_the_interface_is_what_the_packages_list() -> None:
    for package in (analysis, clue):
        assert all(callable(getattr(package, name)) for name in package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        _ = clue.evalute  # type: ignore[attr-defined]


def test_functions_stay_functions_after_their_modules_are_imported() -> None:
    """Python binds a subpackage to its parent under its name: none may have a function's name."""
    names = {*clue.__all__, *analysis.__all__}
    paths = [path for package in ("clue", "analysis") for path in (ROOT / package).iterdir()]
    assert not names & {path.stem for path in paths}


def test_evaluating_prints_nothing_and_is_resumed(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {**SETTINGS, "paths.mlruns": mlruns}
    first = clue.evaluate("llama2_7b", "mednli", settings)
    again = clue.evaluate(["llama2_7b"], ["mednli"], settings)
    assert [row.status for row in (*first, *again)] == ["done", "skipped"]
    assert first[0].score == again[0].score
    assert capsys.readouterr().out == ""


def test_answers_are_left_out_of_records_unless_they_are_asked_for(mlruns: Path) -> None:
    clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns})
    records = clue.read_records(mlruns, model="llama2_7b", prompt="paper")
    assert len(records) == 6
    assert not {"text", "answer"} & set(records.columns)
    assert "text" in clue.read_records(mlruns, text=True).columns
    assert clue.read_records(mlruns, task="meqsum").empty


def test_the_newest_table_of_a_cell_is_read(mlruns: Path) -> None:
    for limit in (3, 6):
        clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns, "limit": limit})
    assert len(clue.read_records(mlruns)) == 6


@pytest.mark.parametrize("settings", [{"limit": -1}, {"limt": 3}, {"backend": "none"}])
def test_a_wrong_setting_is_an_error_with_its_name(
    mlruns: Path, settings: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match="|".join(settings)):
        clue.evaluate("llama2_7b", "mednli", {**SETTINGS, "paths.mlruns": mlruns, **settings})


def test_frames_compare_as_files_do(tmp_path: Path) -> None:
    ids = [f"s{number}" for number in range(40)]
    base = pd.DataFrame({"sample_id": ids, "score": [n % 3 // 2 for n in range(40)]})
    tuned = base.assign(score=[(n + 1) % 4 // 2 for n in range(40)])
    paths = [tmp_path / "base.csv", tmp_path / "tuned.csv"]
    for frame, path in zip((base, tuned), paths, strict=True):
        frame.to_csv(path, index=False)
    assert analysis.compare(base, tuned).comparison == analysis.compare(*paths).comparison


def test_a_frame_without_ids_names_the_column() -> None:
    frame = pd.DataFrame({"score": [0.0, 1.0]})
    with pytest.raises(analysis.errors.ResultsError, match="no column sample_id"):  # type: ignore[attr-defined]
        analysis.compare(frame, frame)


def test_meta_analysis_refuses_shapes_that_differ() -> None:
    with pytest.raises(ConfigError, match="the shapes differ"):
        analysis.meta_analysis([1.0, 2.0], [1.0])
    with pytest.raises(ConfigError, match="above 0"):
        analysis.meta_analysis([1.0, 2.0], [1.0, 0.0])
