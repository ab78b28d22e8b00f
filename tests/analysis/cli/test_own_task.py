"""A task file of one's own, its cells, and a further pair change no byte of a study's results."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.__main__ import main
from clue import evaluate
from tests import tiny

WORDS = (
    *("study=demo", "backends=fake", "tasks=level1"),
    *("flips=999", "draws=999", "sensitivity=false"),
)
PAIR = ("smollm2_135m_hpo", "smollm2_135m")
"""The pair of the study; the store has all its cells of Level 1."""


def analysed(store: Path, output: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Results: tables and figures by name, and summary.json without its trials."""
    assert main([*WORDS, f"paths.mlruns={store}", f"output={output}"]) == 0
    patterns = ("*.csv", "*.parquet", "figures/*", "tables/*")
    paths = [path for pattern in patterns for path in output.glob(pattern)]
    summary = json.loads((output / "summary.json").read_text())
    files = {str(path.relative_to(output)): path.read_bytes() for path in paths}
    return files, {"trials": summary.pop("trials"), "rest": summary}


def test_a_task_of_ones_own_and_a_further_pair_change_no_byte(
    tmp_path: Path, mlruns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = {"backend": "fake", "paths.mlruns": str(mlruns)}
    evaluate(PAIR, "level1", {**common, "study": "demo", "paths.data": "demo"})
    files, before = analysed(mlruns, tmp_path / "before")
    assert {"cells.csv", "cells.parquet", "figures/forest.svg"} < files.keys()
    assert b",level1," in files["cells.csv"]

    own = tiny.triage(tmp_path / "data")
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(own))
    common["limit"] = "6"
    outcomes = [
        *evaluate(PAIR, "triage", {**common, "paths.data": str(tmp_path / "data")}),
        *evaluate(["meditron7b", "llama2_7b"], "mednli", {**common, "paths.data": "demo"}),
    ]
    assert {outcome.status for outcome in outcomes} == {"done"}

    again, after = analysed(mlruns, tmp_path / "after")
    assert again == files
    assert after["rest"] == before["rest"]
    assert len(after["trials"]) == len(before["trials"]) + 4
