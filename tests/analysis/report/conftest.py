"""The synthetic study of tests/analysis/paired_study and its report, written once per session."""

from pathlib import Path

import pytest

from analysis.paired_study import StudyResults
from analysis.report import write
from tests.analysis.paired_study.conftest import prompt_store, prompts, quick, results, store

__all__ = ["prompt_store", "prompts", "report", "results", "store"]


@pytest.fixture(scope="session")
def report(results: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write(results, quick(), folder)
    return folder
