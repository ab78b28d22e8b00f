"""The number of cores changes no file of an analysis."""

from pathlib import Path

import pytest

from analysis.stats import battery
from clue.common import processes
from tests.analysis.report.test_report_marks import analysed, two_prompts, written


def files(folder: Path) -> dict[Path, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): path.read_bytes() for path in paths}


def test_an_analysis_on_two_cores_writes_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = two_prompts(tmp_path / "store")
    monkeypatch.setattr(battery, "PART", 2)
    one = files(written(analysed(store), tmp_path / "one"))
    monkeypatch.setattr(processes, "cores", lambda: 2)
    two = files(written(analysed(store), tmp_path / "two"))
    assert one.keys() == two.keys()
    assert [path for path in one if one[path] != two[path]] == []
