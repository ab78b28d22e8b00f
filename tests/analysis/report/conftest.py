"""The synthetic study of the tests beside, and its report, written once."""

from pathlib import Path

import pytest

from analysis.report import write
from analysis.study import Results
from clue import tasks
from tests.analysis.study.conftest import quick, results, store

__all__ = ["report", "results", "store"]


@pytest.fixture(scope="session")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write(results, quick(), tasks.study(), folder)
    return folder
