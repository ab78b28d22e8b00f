from pathlib import Path

from omegaconf import OmegaConf

from clue.evaluation import outcome
from clue.launch.subprocess_job import run_isolated
from clue.launch.worker import JobRequest

LOGGING = {"version": 1, "disable_existing_loggers": False}


def test_a_process_that_ends_before_its_first_cell_is_a_failed_row(tmp_path: Path) -> None:
    broken = OmegaConf.create(
        {"model": {"name": "a_model"}, "prompt": {"name": "paper"}, "limit": "${nobody:knows}"}
    )
    asked = JobRequest(
        broken, tmp_path, "python run.py", in_sweep=True, logging=LOGGING, verbose=False
    )
    run_isolated(asked, None)
    (row,) = outcome.read(asked.outcomes)
    assert (row.model, row.task, row.prompt, row.status) == ("a_model", "-", "paper", "failed")
    assert "1" in row.note
