"""What a job would do: tokens, what does not fit, downloads, hours; loads no model."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from clue.backends import Backend, word_count
from clue.cell import Cell
from clue.checkpoints import hub
from clue.config.model_files import family
from clue.config.validation import validate
from clue.errors import ModelUnavailable
from clue.evaluation import preflight, throughput
from clue.evaluation.job import Job
from clue.evaluation.outcome import Outcome
from clue.evaluation.resume import build_all

COUNTED = 200
"""Prompts of a cell whose tokens are counted: all models of a sweep take seconds, not hours."""


@dataclass(frozen=True)
class Plan:
    """What a cell asks for."""

    samples: int
    stored: int
    """Completions that need not be generated."""
    prompt_tokens: int
    """Sum over all prompts."""
    about: bool
    """Tokens are estimated, from words or from some of the prompts."""
    longest: int
    """Tokens of prompt and answer budget."""
    context: int | None
    overflow: int
    """Samples that do not fit the context."""
    answer_tokens: float
    """To be generated: by the mean of stored answers, else the whole budget."""
    tokens_per_second: float | None
    rate: str
    """Where that comes from: `clue.evaluation.throughput.Rate.source`."""
    repo: str | None
    download: int | None
    """Bytes of weights to download; None = unknown."""
    download_about: bool
    parameters: float | None

    @property
    def hours(self) -> float | None:
        """Of generating what is not stored; none where the cell would be refused."""
        if self.overflow or self.stored == self.samples or self.repo is None:  # None: a rule
            return 0.0
        if not self.tokens_per_second:
            return None
        left = self.prompt_tokens * (1 - self.stored / self.samples) + self.answer_tokens
        return left / self.tokens_per_second / 3600


def plan(job: Job) -> Iterator[Outcome]:
    """A row for every cell; token counts are estimates where the tokenizer is not here."""
    validate(job.config)
    family(job.config.model)
    hub.only_what_is_here()
    backend, words = job.backend, False
    try:
        backend.identity()
    except ModelUnavailable:
        backend, words = word_count.WordCount(job.config.model), True
    cells, failed = build_all(job, backend)
    yield from failed
    for cell in cells:
        made = _plan(job, cell, backend, words=words)
        row = job.outcome(cell.task.conf.name, "too long" if made.overflow else "planned")
        yield replace(row, n=made.samples, plan=asdict(made))


def _plan(job: Job, cell: Cell, backend: Backend, *, words: bool) -> Plan:
    size = preflight.size(cell, backend, COUNTED)
    conf = job.config
    weights = hub.weights(conf.model, Path(conf.paths.models).expanduser().resolve())
    task, given = cell.task.conf.name, conf.dry_run_tokens_per_second
    rate = throughput.rate(conf.model, task, None if conf.model.baseline else given, job.mlruns)
    answer = cell.task.wording.max_new_tokens if rate.answer is None else rate.answer
    return Plan(
        samples=size.samples,
        stored=size.stored,
        prompt_tokens=size.prompt_tokens,
        about=words or size.counted < size.samples,
        longest=size.longest,
        context=size.context,
        overflow=size.overflow,
        answer_tokens=answer * (size.samples - size.stored),
        tokens_per_second=rate.tokens_per_second,
        rate=rate.source,
        repo=conf.model.repo,
        download=weights.size,
        download_about=weights.about,
        parameters=conf.model.parameters,
    )
