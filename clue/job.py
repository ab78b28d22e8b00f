"""A job: one model on some tasks. Everything is checked before the model is loaded; one model load serves all cells."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue import evaluate, preflight, provenance
from clue.backends import Backend, Setup, make
from clue.cell import Cell, build
from clue.config import Config, validate
from clue.errors import ClueError, ModelUnavailable
from clue.models import family
from clue.outcome import Outcome
from clue.progress import watch
from clue.records import sha256
from clue.store import read_records

if TYPE_CHECKING:  # importing mlflow takes seconds; dry runs do without
    from clue.tracking import OpenRun, Tracker

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What one configuration asks for."""

    config: Config
    config_yaml: str
    """The resolved configuration, logged with every cell."""
    command: str
    """What repeats the job, for people."""

    @property
    def mlruns(self) -> Path:
        """The store."""
        return Path(self.config.paths.mlruns).expanduser().resolve()

    @cached_property
    def backend(self) -> Backend:
        """What answers."""
        paths = self.config.paths
        models = Path(paths.models).expanduser().resolve()
        return make(Setup(self.config.model, self.config.backend, models, self.mlruns / "cache"))

    def outcome(self, task: str, status: Any, **more: Any) -> Outcome:
        """A row of the closing table."""
        return Outcome(self.config.model.label, task, self.config.prompt.name, status, **more)


def run(job: Job) -> Iterator[Outcome]:
    """Evaluate the job's cells; yields what became of each. One failing cell does not stop the others.

    Raises:
        ClueError: nothing of the job can run: settings, model, tracking store or disk.
    """
    validate(job.config)
    family(job.config.model)
    if job.config.dry_run:
        yield from _plan(job)
        return
    job.backend.identity()
    cells, failed = _build(job, job.backend)
    yield from failed
    if not cells:
        return
    from clue.tracking import Tracker

    tracker = Tracker(job.config.tracking.uri, job.config.tracking.experiment, job.mlruns)
    pending = [cell for cell in cells if job.config.force or not finished(cell, tracker)]
    yield from (_skip(job, cell) for cell in cells if cell not in pending)
    identity = ("clue.job", sha256([cell.id for cell in cells]))
    if not pending:
        _settle(identity, tracker)
        return
    preflight.check_disk(job.mlruns, pending)
    with tracker.run(_title(job), identity, _job_tags(job), _note(job)) as parent:
        parent.failed = bool(failed)
        for cell in pending:
            outcome = _guarded(job, cell.task.conf.name, lambda cell=cell: _evaluate(job, cell, tracker))
            parent.failed |= outcome.status == "failed"
            yield outcome
        _summarise(cells, tracker)


def finished(cell: Cell, tracker: "Tracker") -> bool:
    """Whether the cell's newest run is complete and its records are here."""
    newest = tracker.latest("clue.cell", cell.id)
    complete = newest is not None and newest.info.status == "FINISHED"
    return complete and cell.store.records_path(cell.id).exists()


def _build(job: Job, backend: Backend) -> tuple[list[Cell], list[Outcome]]:
    cells: list[Cell] = []
    failed: list[Outcome] = []
    for name in job.config.tasks:
        try:
            cells.append(build(job.config, name, backend))
        except ClueError as error:
            failed.append(job.outcome(name, "failed", note=str(error)))
    return cells, failed


def _guarded(job: Job, task: str, act: Callable[[], Outcome]) -> Outcome:
    """An outcome in any case: errors for the user as their text, others with their traceback in the log."""
    try:
        return act()
    except ClueError as error:
        log.debug("%s failed", task, exc_info=True)
        return job.outcome(task, "failed", note=str(error))
    except Exception as error:
        log.exception("%s failed", task)
        return job.outcome(task, "failed", note=f"{type(error).__name__}: {error}")


def _evaluate(job: Job, cell: Cell, tracker: "Tracker") -> Outcome:
    preflight.check_fits(cell, job.backend)
    with cell.store.locked():
        if finished(cell, tracker) and not job.config.force:
            return _skip(job, cell)
        identity = ("clue.cell", cell.id)
        with tracker.run(cell.name, identity, _cell_tags(job, cell), _note(job)) as opened:
            return _complete(job, cell, tracker, opened)


def _complete(job: Job, cell: Cell, tracker: "Tracker", opened: "OpenRun") -> Outcome:
    from clue.tracking import CellLog

    tracker.log_params(_params(cell))
    if job.config.force:
        cell.store.discard()
    completions = evaluate.complete(cell, job.backend, watch(cell.name))
    records = evaluate.score(cell, completions)
    path = cell.store.write_records(cell.id, records)
    means = evaluate.summary(cell, records)
    facts = job.backend.facts()
    numbers = {key: value for key, value in facts.items() if isinstance(value, int)}
    dataset = (cell.task.dataset.name, cell.generation["protocol"]["dataset_sha256"], cell.task.path())
    tags = {f"clue.{key}": value for key, value in facts.items() if key not in numbers}
    tracker.log_cell(CellLog({**means, **numbers}, tags, job.config_yaml, records, dataset))
    log.info("%s: records in %s, run %s", cell.name, path, opened.run_id)
    return _scored(job, cell, means, "done")


def _skip(job: Job, cell: Cell) -> Outcome:
    log.info("%s is finished (%s): skipped; force=true repeats it", cell.name, cell.store.folder)
    means = evaluate.summary(cell, read_records(cell.store.records_path(cell.id)))
    return _scored(job, cell, means, "skipped")


def _scored(job: Job, cell: Cell, means: dict[str, float], status: Any) -> Outcome:
    metrics = {name: means[name] for name in cell.signatures}
    name = cell.task.conf.name
    note = "finished before" if status == "skipped" else ""
    return job.outcome(name, status, n=int(means["n"]), score=means["score"], metrics=metrics, note=note)


def _settle(identity: tuple[str, str], tracker: "Tracker") -> None:
    """Finish the job's run where only its last step was lost."""
    newest = tracker.latest(*identity)
    if newest and newest.info.status != "FINISHED":
        tracker.close(newest.info.run_id, "FINISHED")


def _summarise(cells: list[Cell], tracker: "Tracker") -> None:
    """Task scores of the finished cells, in the job's run."""
    for cell in cells:
        path = cell.store.records_path(cell.id)
        if path.exists():
            means = evaluate.summary(cell, read_records(path))
            tracker.log_metrics({f"{cell.task.conf.name}_score": means["score"]})


def _plan(job: Job) -> Iterator[Outcome]:
    """What would run: samples, tokens, what does not fit."""
    backend, unsure = job.backend, ""
    try:
        backend.identity()
    except ModelUnavailable as error:
        backend, unsure = preflight.WordCount(job.config.model), f" (about: {error})"
    cells, failed = _build(job, backend)
    yield from failed
    for cell in cells:
        yield _planned(job, cell, preflight.size(cell, backend), unsure)


def _planned(job: Job, cell: Cell, size: preflight.Size, unsure: str) -> Outcome:
    fits = "fits" if not size.overflow else f"{size.overflow} DO NOT FIT"
    note = (
        f"{size.stored} stored, {size.prompt_tokens / size.samples:.0f} prompt tokens each, longest with answer "
        f"{size.longest} of {size.context or 'any'}: {fits}{unsure}"
    )
    return replace(job.outcome(cell.task.conf.name, "planned", n=size.samples), note=note)


def _title(job: Job) -> str:
    return f"{job.config.model.label}/{job.config.prompt.name}"


def _note(job: Job) -> str:
    return f"```\n{job.command}\n```"


def _params(cell: Cell) -> dict[str, Any]:
    config, task = cell.config, cell.task
    return {
        "model": config.model.label,
        "task": task.conf.name,
        "prompt": config.prompt.name,
        "shots": task.shots,
        "samples": len(cell.samples),
        "backend": cell.generation["backend"]["name"],
        "dtype": config.model.dtype,
        "max_new_tokens": task.conf.max_new_tokens,
    }


def _job_tags(job: Job) -> dict[str, Any]:
    model = job.config.model
    return {
        "clue.kind": "job",
        "clue.model": model.label,
        "clue.base": model.base,
        "clue.family": family(model),
        "clue.domain": model.domain,
        "clue.prompt": job.config.prompt.name,
        "clue.backend": job.config.backend.name,
        **provenance.code(),
        **provenance.versions(),
    }


def _cell_tags(job: Job, cell: Cell) -> dict[str, Any]:
    return _job_tags(job) | {
        "clue.kind": "cell",
        "clue.task": cell.task.conf.name,
        "clue.level": cell.task.conf.level,
        "clue.backend": cell.generation["backend"]["name"],
        "clue.fingerprint": cell.fingerprint,
        "clue.dataset": cell.task.dataset.name,
        "clue.dataset_sha256": cell.generation["protocol"]["dataset_sha256"],
        "clue.config_sha256": sha256(job.config_yaml),
        **{f"clue.signature.{name}": signature for name, signature in cell.signatures.items()},
    }
