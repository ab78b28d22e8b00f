"""What a job would do: samples, prompt tokens, what does not fit; loads no model."""

from collections.abc import Iterator
from dataclasses import replace

from clue import preflight
from clue.errors import ModelUnavailable
from clue.job import Job, build_all
from clue.models import family
from clue.outcome import Outcome
from clue.validation import validate


def plan(job: Job) -> Iterator[Outcome]:
    """A row for every cell; token counts are estimates where the tokenizer is not here."""
    validate(job.config)
    family(job.config.model)
    backend, reason = job.backend, ""
    try:
        backend.identity()
    except ModelUnavailable as error:
        backend, reason = preflight.WordCount(job.config.model), str(error)
    cells, failed = build_all(job, backend)
    yield from failed
    for cell in cells:
        size = preflight.size(cell, backend)
        note = _note(size, "about " if reason else "")
        planned = job.outcome(cell.task.conf.name, "planned", n=size.samples)
        yield replace(planned, note=f"{note}\n  {reason}" if reason else note)


def _note(size: preflight.Size, about: str) -> str:
    fits = "fits" if not size.overflow else f"{size.overflow} samples DO NOT FIT"
    return (
        f"{size.stored} of {size.samples} completions stored; {about}"
        f"{size.prompt_tokens / size.samples:.0f} prompt tokens a sample, {size.longest} with the "
        f"answer at most, context {size.context or 'unlimited'}: {fits}"
    )
