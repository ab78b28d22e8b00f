"""Texts of a sweep's progress: the same facts for a terminal, a log and `clue status`."""

from collections.abc import Iterator, Mapping
from typing import Any

from clue.common.amounts import duration, speed
from clue.common.plural import counted
from clue.evaluation.progress import ENDED, RUNNING, WAITING
from clue.evaluation.sweep_view import FAILED, LOST, CellView, JobView, SweepView, running

NO_ESTIMATE = "no estimate yet"


MOST_CELLS = 4
"""Running cells that a line describes; `clue status` lists all."""


def line(sweep: SweepView, only: int | None = None) -> str:
    """Returns one line on what runs and what is left.

    Args:
        sweep: at one moment.
        only: number of the job whose cells are described; None = all.
    """
    parts = [cell_text(sweep, *entry) for entry in running(sweep, only)]
    jobs = [job for job in between_cells(sweep) if only in (None, job.number)]
    parts += [f"{job_name(job)}: {doing(job) or 'between cells'}" for job in jobs]
    if len(parts) > MOST_CELLS:
        parts[MOST_CELLS:] = [f"and {len(parts) - MOST_CELLS} more"]
    return "; ".join([*parts, sweep_text(sweep)])


def cell_text(sweep: SweepView, number: int, job: JobView, cell: CellView) -> str:
    """Returns the number, name, activity, counts, speed and remaining time of a running cell."""
    details = ", ".join(cell_details(job, cell.facts))
    return f"cell {number} of {len(sweep.cells)}: {cell.name}: {details}"


def cell_details(job: JobView, facts: Mapping[str, Any]) -> Iterator[str]:
    """Yields the activity, counts, speed and remaining time of a running cell."""
    yield doing(job) or str(facts.get("phase") or "starting")
    if facts.get("of_samples"):
        yield f"{facts['samples']:,}/{facts['of_samples']:,} samples"
    if facts.get("tokens"):
        expected = ""
        if facts.get("phase") and facts.get("of_tokens"):
            expected = f" of about {facts['of_tokens']:,}"
        elif facts.get("phase"):  # the length of the answers is unknown
            expected = f" of more than {facts['prompt_tokens']:,}"
        yield f"{facts['tokens']:,}{expected} tokens"
        measured = speed(facts["tokens"], facts["generating_seconds"])
        if measured:
            yield measured
    if facts.get("phase"):
        yield remaining(facts)
    if job.is_stalled:
        yield stalled(job)


def remaining(facts: Mapping[str, Any]) -> str:
    """Returns the remaining time of a cell, or its upper bound, if there is an estimate."""
    return _remaining(facts.get("seconds_left"), facts.get("at_most"))


def _remaining(seconds: float | None, most: float | None) -> str:
    if seconds is not None:
        return f"about {duration(seconds)} left"
    return f"{NO_ESTIMATE} (at most {duration(most)})" if most else NO_ESTIMATE


def sweep_text(sweep: SweepView) -> str:
    """Returns the counts of all cells and the remaining time of the sweep."""
    counts = sweep.counts
    names = {ENDED: "done", RUNNING: "running", WAITING: "waiting", FAILED: "failed", LOST: "lost"}
    parts = [f"{counts[state]} {name}" for state, name in names.items() if counts[state]]
    if sweep.is_alive and (counts[RUNNING] or counts[WAITING]):
        parts.append(_remaining(sweep.seconds_left, sweep.most_seconds_left))
    several = "all " * (len(sweep.cells) > 1)
    return f"{several}{counted(len(sweep.cells), 'cell')}: {', '.join(parts)}"


def doing(job: JobView) -> str:
    """Returns the activity of a job and its duration; empty while it generates."""
    seconds = job.file.content.get("activity_seconds")
    if not job.activity or seconds is None:
        return ""
    return f"{job.activity} ({duration(seconds)})" if seconds >= 1 else job.activity


def stalled(job: JobView) -> str:
    """Returns for how long nothing changed, and the age of the last sign of life."""
    text = f"STALLED: no change for {duration(job.unchanged)}"
    return f"{text}, last heartbeat {duration(job.beat_age)} ago"


def job_name(job: JobView) -> str:
    """Returns `<model>/<prompt>`, or the number of a job without names."""
    return "/".join(filter(None, (job.model, job.prompt))) or f"job {job.number}"


def between_cells(sweep: SweepView) -> Iterator[JobView]:
    """Yields jobs that run, but no cell of theirs does: they prepare or finish."""
    for job in sweep.jobs:
        if job.state == RUNNING and not any(cell.state == RUNNING for cell in job.cells):
            yield job
