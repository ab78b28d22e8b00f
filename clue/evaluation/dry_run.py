"""Dry run of a job: tokens, prompts that are too long, downloads and hours; loads no model."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from clue.backends import Backend
from clue.backends.word_count import WordCount
from clue.cell import Cell
from clue.checkpoints import hub, offline
from clue.common.paths import absolute_path
from clue.errors import ModelUnavailable
from clue.evaluation import preflight, throughput
from clue.evaluation.job import Job
from clue.evaluation.opening import identified_backend, open_job
from clue.evaluation.outcome import Outcome

MAX_COUNTED = 200
"""Prompts of a cell whose tokens are counted: all models of a sweep take seconds, not hours."""


@dataclass(frozen=True)
class Plan:
    """Resources that a cell needs."""

    samples: int
    stored: int
    """Completions that need not be generated."""
    prompt_tokens: int
    """Sum over all prompts."""
    about: bool
    """Tokens are estimated, from words or from some of the prompts."""
    longest: int
    """Tokens of the longest prompt with its answer budget."""
    context: int | None
    overflow: int
    """Samples that exceed the context."""
    answer_tokens: float
    """Tokens to generate: mean of stored answers, otherwise the full budget."""
    tokens_per_second: float | None
    rate: str
    """Source of the rate: `clue.evaluation.throughput.Rate.source`."""
    repo: str | None
    download: int | None
    """Bytes of weights to download; None = unknown."""
    download_about: bool
    parameters: float | None

    @property
    def hours(self) -> float | None:
        """Hours to generate what is not stored; 0 if the cell would be refused."""
        if self.overflow or self.stored == self.samples or self.repo is None:  # None: a baseline
            return 0.0
        if not self.tokens_per_second:
            return None
        tokens = self.prompt_tokens * (1 - self.stored / self.samples) + self.answer_tokens
        return tokens / self.tokens_per_second / 3600


def plan(job: Job) -> Iterator[Outcome]:
    """Yields a row for every cell; token counts are estimates if the tokenizer is not local."""
    offline.check_hub()
    cells, backend = yield from open_job(job, _local_backend)
    for cell in cells:
        needs = _plan(job, cell, backend)
        row = job.outcome(cell.task.conf.name, "too long" if needs.overflow else "planned")
        yield replace(row, n=needs.samples, plan=asdict(needs))


def _local_backend(job: Job) -> Backend:
    """Returns the job's backend, or one that counts words if its model is not local."""
    try:
        return identified_backend(job)
    except ModelUnavailable:
        return WordCount(job.config.model)


def _plan(job: Job, cell: Cell, backend: Backend) -> Plan:
    size = preflight.measure(cell, backend, MAX_COUNTED)
    conf = job.config
    weights = hub.download_size(conf.model, absolute_path(conf.paths.models))
    speed = None if conf.model.baseline else conf.dry_run_tokens_per_second
    rate = throughput.rate(conf.model, cell.task.conf.name, speed, job.mlruns)
    budget = cell.task.templates.max_new_tokens + cell.task.thought_tokens
    answer_tokens = budget if rate.answer_tokens is None else rate.answer_tokens
    return Plan(
        samples=size.samples,
        stored=size.stored,
        prompt_tokens=size.prompt_tokens,
        about=backend.estimates_tokens or size.counted < size.samples,
        longest=size.longest,
        context=size.context,
        overflow=size.overflow,
        answer_tokens=answer_tokens * (size.samples - size.stored),
        tokens_per_second=rate.tokens_per_second,
        rate=rate.source,
        repo=conf.model.repo,
        download=weights.size,
        download_about=weights.about,
        parameters=conf.model.parameters,
    )
