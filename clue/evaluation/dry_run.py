"""Dry run of a job: tokens, prompts that are too long, downloads and hours; loads no model."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean

from clue.backends import Backend, reads_once, uses_gpus
from clue.backends.word_count import WordCount
from clue.cell import Cell
from clue.checkpoints import hub, offline
from clue.checkpoints.locate import needs_unpacking
from clue.common.meter import METER
from clue.common.paths import absolute_path
from clue.errors import ModelUnavailable
from clue.evaluation import preflight, throughput
from clue.evaluation.device_peak import DevicePeak, device_peak
from clue.evaluation.document_orders import OrderCost, order_costs
from clue.evaluation.job import Job
from clue.evaluation.opening import identified_backend, open_job
from clue.evaluation.outcome import Outcome

MAX_COUNTED = 200
"""Prompts of a cell whose tokens are counted: all models of a sweep take seconds, not hours."""


PEAK = "peak"
"""Source of a speed that follows from the device's peak and the size of the model: a bound."""


@dataclass(frozen=True)
class Plan:
    """Resources that a cell needs."""

    samples: int
    stored: int
    """Completions that need not be generated."""
    prompt_tokens: int
    """Sum over all prompts; the draws of a prompt count once if the backend reads it once."""
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
    """Source of the rate: `clue.evaluation.throughput.Rate.source`, or `peak`."""
    repo: str | None
    download: int | None
    """Bytes of weights to download; None = unknown."""
    download_about: bool
    parameters: float | None
    device: str = ""
    """On which the hours are spent; empty = unknown."""
    shards: int = 1
    """Processes that would share its prompts."""
    orders: Sequence[OrderCost] = ()
    """The chosen order of the documents, then the other one; empty = it presents no documents."""

    @property
    def is_bound(self) -> bool:
        """The hours are those of the device's peak, which no run reaches."""
        return self.rate == PEAK and bool(self.hours)

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
        with METER.doing(f"counting tokens of {cell.task.conf.name}"):
            needs = _plan(job, cell, backend)
        row = job.outcome(cell.task.conf.name, "too long" if needs.overflow else "planned")
        yield replace(row, n=needs.samples, plan=asdict(needs))


def _local_backend(job: Job) -> Backend:
    """Returns the job's backend, or one that counts words if its model is not local.

    A packaged model that was never unpacked in this store counts as not local, because unpacking
    takes half a minute and half a gigabyte. Price: its tokens are estimated.
    """
    model, cache = job.config.model, job.mlruns / "cache"
    if needs_unpacking(model, cache) and uses_gpus(job.config.backend.name):
        return WordCount(model)
    try:
        return identified_backend(job)
    except ModelUnavailable:
        return WordCount(job.config.model)


def _plan(job: Job, cell: Cell, backend: Backend) -> Plan:
    conf = job.config
    once = reads_once(conf.backend.name)
    size = preflight.measure(cell, backend, MAX_COUNTED, once=once)
    weights = hub.download_size(conf.model, absolute_path(conf.paths.models))
    speed = None if conf.model.baseline else conf.dry_run_tokens_per_second
    rate = throughput.rate(conf.model, cell.task.conf.name, speed, job.mlruns)
    budget = fmean(backend.room(prompt) for prompt in cell.prompts)
    answer_tokens = budget if rate.answer_tokens is None else rate.answer_tokens
    here = device_peak(conf.backend)
    if rate.tokens_per_second is None and not conf.model.baseline:
        bound = here.tokens_per_second(conf.model)
        rate = replace(rate, tokens_per_second=bound, source=PEAK if bound else rate.source)
    if conf.model.baseline:
        here = DevicePeak("", None)
    device = rate.device if rate.device or rate.source == "given" else here.name
    needs = Plan(
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
        device=device,
        shards=conf.shards,
    )
    if size.overflow or conf.model.baseline:
        return needs
    orders = order_costs(
        cell,
        size.prompt_tokens,
        answer_tokens=answer_tokens * size.samples,
        hours=replace(needs, stored=0, answer_tokens=answer_tokens * size.samples).hours,
        once=once,
    )
    return replace(needs, orders=orders)
