from pathlib import Path

import pytest

from clue.evaluation import outcome
from clue.launch import subprocess_job
from clue.launch.subprocess_job import run_isolated, run_shared
from tests.clue.launch.requests import broken_request


def test_a_process_that_ends_before_its_first_cell_is_a_failed_row(tmp_path: Path) -> None:
    request = broken_request(tmp_path)
    run_isolated(request, None)
    (row,) = outcome.read(request.outcomes)
    assert (row.model, row.task, row.prompt, row.status) == ("a_model", "-", "paper", "failed")
    assert "1" in row.note


@pytest.mark.usefixtures("_no_shared_process")
def test_a_shared_process_that_ended_is_replaced(tmp_path: Path) -> None:
    for number in (0, 1):
        run_shared(broken_request(tmp_path / str(number)))
        (row,) = outcome.read(tmp_path / str(number) / outcome.FILE)
        assert row.status == "failed"
        (worker,) = subprocess_job._SHARED
        assert not worker.runs


@pytest.fixture
def _no_shared_process() -> object:
    yield
    subprocess_job._discard()
