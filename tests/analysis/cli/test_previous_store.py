"""Stores of version 0.1.0 give the numbers of that version on tasks and metrics.

The numbers are those of `python -m analysis` of version 0.1.0 on these stores, with the settings of
`SETTINGS` (and `prompt=zero_shot` for the second one).
"""

import csv
import zipfile
from pathlib import Path

import pytest

from analysis.__main__ import main
from clue.config.folders import ROOT

GOLDEN = ROOT / "tests" / "golden"
SETTINGS = ("flips=999", "draws=999", "sensitivity=false", "report=false")
DEMO = ("study=demo", "backends=fake", "include_trials=true")
PART = (
    *("models=meditron7b_float16", "tasks=mednli,medisumcode,longhealth3", "prompts=zero_shot"),
    *("backends=fake", "settings.paths.data=demo", "settings.limit=3", "include_trials=true"),
)
KEY = ("scope", "task", "metric", "analysis")
FAMILIES = ("tests", "hypotheses", "p_adjusted", "p_equivalence", "verdict")
"""Columns that follow from what is declared; version 0.1.0 counted what was stored."""


def table(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of a file of results by key."""
    with path.open() as file:
        return {tuple(row[name] for name in KEY): row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "words", "declared"),
    [("store_0.1.0_demo", DEMO, FAMILIES), ("store_0.1.0_unversioned", PART, FAMILIES)],
)
def test_a_store_of_the_previous_version_gives_its_numbers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    words: tuple[str, ...],
    declared: tuple[str, ...],
) -> None:
    older_model(tmp_path / "own", monkeypatch)
    with zipfile.ZipFile(GOLDEN / f"{name}.zip") as archive:
        archive.extractall(tmp_path / "mlruns")
    paths = (f"paths.mlruns={tmp_path / 'mlruns'}", f"output={tmp_path}")
    assert main([*SETTINGS, *words, *paths]) == 0
    rows, golden = table(tmp_path / "cells.csv"), table(GOLDEN / f"{name}.csv")
    # cells of older readers and of older scorers are trials of two kinds, which make no level
    golden = {key: row for key, row in golden.items() if key[0] != "level"}
    assert set(rows) == set(golden)
    for key, expected in golden.items():
        for column in expected.keys() - set(declared):
            assert same(rows[key][column], expected[column]), (key, column)


def older_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the model as that version described it; the file of now has another dtype."""
    (folder / "model").mkdir(parents=True)
    now = (ROOT / "conf" / "model" / "meditron7b.yaml").read_text()
    then = now.replace("name: meditron7b", "name: meditron7b_float16")
    then = then.replace("dtype: bfloat16", "dtype: float16")
    (folder / "model" / "meditron7b_float16.yaml").write_text(then)
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(folder))


def same(text: str, expected: str) -> bool:
    """Tests two texts for equality, of numbers but for the last digits."""
    try:
        return float(text) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    except ValueError:
        return text == expected


def test_made_up_answers_of_the_previous_version_do_not_count_by_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(GOLDEN / "store_0.1.0_demo.zip") as archive:
        archive.extractall(tmp_path)
    assert main([*SETTINGS, "study=demo", f"paths.mlruns={tmp_path}"]) == 1
    output = capsys.readouterr().out
    assert "0 of 16 cells of the pairs are stored." in output
    assert "smollm2_135m_hpo on mednli (paper): backend fake; read by version 1 of" in output
