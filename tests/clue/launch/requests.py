"""Requests of jobs for tests of their processes."""

from pathlib import Path

from omegaconf import OmegaConf

from clue.launch.worker import JobRequest

LOGGING = {"version": 1, "disable_existing_loggers": False}


def broken_request(folder: Path) -> JobRequest:
    """A job whose settings are no complete configuration: its process ends with an error."""
    broken = OmegaConf.create({"model": {"name": "a_model"}, "prompt": {"name": "paper"}})
    return JobRequest(
        broken, folder, "python run.py", in_sweep=True, logging=LOGGING, verbose=False
    )
