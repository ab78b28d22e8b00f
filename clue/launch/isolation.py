"""Processes and GPUs that the settings of a job ask for."""

from omegaconf import DictConfig

from clue.backends import uses_gpus


def isolates(composed: DictConfig, *, pooled: bool) -> bool:
    """True if a job has a process of its own.

    Args:
        composed: settings of the job.
        pooled: the launcher runs several jobs at once on this machine.
    """
    if composed.isolate is None:
        return pooled or composed.watchdog_min is not None
    return bool(composed.isolate)


def shares_process(composed: DictConfig, *, pooled: bool) -> bool:
    """True if a job may run in the process of the job before: it holds no memory of a GPU."""
    return pooled and composed.isolate is None and not _needs_gpus(composed)


def gpus(composed: DictConfig, *, pooled: bool) -> int | None:
    """Number of GPUs that an isolated job claims; None if it uses none, or may use all."""
    if not _needs_gpus(composed) or composed.backend.device == "cpu":
        return None
    count: int | None = composed.gpus_per_job
    return count or (1 if pooled else None)


def _needs_gpus(composed: DictConfig) -> bool:
    return uses_gpus(composed.backend.name) and not composed.dry_run
