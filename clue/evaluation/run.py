"""Run of a job: generate, score and track every cell."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

from clue import outgoing, privacy
from clue.backends import uses_gpus
from clue.backends.batch_effect import repeat_alone
from clue.cell import Cell
from clue.common.meter import METER
from clue.errors import TrackingError
from clue.evaluation import preflight
from clue.evaluation.answer_length import stored_length
from clue.evaluation.generation import complete_cell
from clue.evaluation.job import Job
from clue.evaluation.likelihoods import complete_likelihoods
from clue.evaluation.opening import open_job
from clue.evaluation.outcome import Outcome, Status
from clue.evaluation.resume import all_finished, finished, job_id, refusal, stored_summary
from clue.evaluation.scoring import score
from clue.marks import union
from clue.metrics import choice
from clue.metrics.failures import BROKEN_THOUGHTS
from clue.metrics.registry import release_scorers
from clue.metrics.summary import summary
from clue.metrics.uniform import uniform
from clue.records import Completion
from clue.store.records_table import RecordsTable, write_table
from clue.study.scores import score_tree
from clue.task.levels import composites
from clue.tracking import run_note, tags
from clue.tracking.earlier_runs import origin

if TYPE_CHECKING:  # importing mlflow takes seconds; a wrong setting is refused without it
    from clue.tracking.tracker import OpenRun, Tracker

log = logging.getLogger(__name__)


def run(job: Job) -> Iterator[Outcome]:
    """Evaluate the job's cells; yields the outcome of each.

    Raises:
        ClueError: nothing of the job can run: settings, model, tracking store or disk.
    """
    cells, _ = yield from open_job(job)
    if not cells:
        return
    summaries = all_finished(job, cells)
    if summaries is not None:
        yield from map(_skip, repeat(job), cells, summaries)
        return
    conf = job.config.tracking
    with METER.doing("opening the tracking store"):
        from clue.tracking.tracker import Tracker

        tracker = Tracker(conf.uri, conf.experiment, job.mlruns)
    pending = []
    for cell in cells:
        means = None if job.config.force else finished(cell, tracker)
        if means is None:
            pending.append(cell)
        else:
            yield _skip(job, cell, means)
    failed = len(cells) < len(job.config.tasks)
    ready = []
    for cell in pending:
        refused = refusal(job, cell)
        if refused is None:
            ready.append(cell)
            continue
        failed |= refused.status == "failed"
        yield refused
    if ready or (not failed and tracker.unfinished("clue.job", job_id(cells))):
        preflight.check_disk(job.mlruns, ready, job.backend)
        yield from _evaluate_all(job, cells, ready, tracker, failed=failed)


def _evaluate_all(
    job: Job, cells: list[Cell], ready: list[Cell], tracker: "Tracker", *, failed: bool
) -> Iterator[Outcome]:
    """Evaluate the cells that are ready, nested in the job's run."""
    identity = ("clue.job", job_id(cells))
    title = f"{job.config.model.label}/{job.config.prompt.name}"
    if uses_gpus(job.config.backend.name) and not job.config.model.baseline:
        release_scorers()  # models of an earlier job's metrics: this job loads its model now
    with tracker.run(title, identity, tags.of_job(job.config, cells), job.command) as parent:
        parent.failed = failed
        for cell in () if job.backend.replays else ready:  # a replay generates nothing
            job.progress.cells[cell.task.conf.name].stored_length = stored_length(cell)
        for cell in ready:
            try:
                with job.progress.running(cell.task.conf.name):
                    outcome = _evaluate(job, cell, tracker)
            except Exception as error:  # one failing cell does not stop the others
                outcome = job.failure(cell.task.conf.name, error)
            parent.failed |= outcome.status == "failed"
            yield outcome
        _log_scores(job, cells, tracker)


def _evaluate(job: Job, cell: Cell, tracker: "Tracker") -> Outcome:
    identity = ("clue.cell", cell.id)
    with cell.store.locked():
        try:
            means = None if job.config.force else finished(cell, tracker)
            if means is not None:  # finished by the process that held the lock
                return _skip(job, cell, means)
            made = {tags.MADE: origin(tracker, cell, tags.params(cell))}
            run_tags = tags.of_cell(cell) | made
            with tracker.run(cell.name, identity, run_tags, job.command) as opened:
                return _complete(job, cell, tracker, opened)
        except TrackingError as error:  # generation continues: only the scores have to wait
            n = len(complete_cell(job, cell, force=False))
            complete_likelihoods(job, cell, force=False)
            return replace(job.failure(cell.task.conf.name, error), n=n)


def _complete(job: Job, cell: Cell, tracker: "Tracker", opened: "OpenRun") -> Outcome:
    tracker.log_params(tags.params(cell))
    completions = complete_cell(job, cell, force=job.config.force)
    options = complete_likelihoods(job, cell, force=job.config.force)
    with METER.doing("scoring"):
        records = score(cell, completions, options)
    facts = tags.facts(cell) | {"run_id": opened.run_id}
    table = RecordsTable(records, cell.signatures, facts)
    path = write_table(cell.store.records_path(cell.id), table)
    means = summary(cell.task.conf, records)
    machine = job.backend.facts()
    numbers = {name: value for name, value in machine.items() if isinstance(value, int)}
    tracker.log_metrics(means | numbers | _batch_effect(job, cell, completions))
    tracker.log_tags({f"clue.{name}": machine[name] for name in machine if name not in numbers})
    tracker.log_dataset(*tags.dataset(cell))
    mode = outgoing.text_mode(job.config.logging.text, cell.task.access, job.config.tracking.uri)
    config = privacy.without_passwords(job.config_yaml)
    tracker.log_files(outgoing.rows(records, mode), {"config.yaml": config})
    note = run_note.of_cell(job.command, cell.task.conf.score, means)
    tracker.log_note(run_note.with_marks(tags.marks(cell), note))
    log.info("%s: records in %s, run %s", cell.name, path, opened.run_id)
    if choice.NAME in means:
        log.info("%s: likeliest option: %s", cell.name, choice.summary_line(means))
    return _scored(job, cell, means, "done")


def _batch_effect(job: Job, cell: Cell, completions: Sequence[Completion]) -> dict[str, int]:
    """Counts the answers that change if a prompt is sent alone; empty without `repeat_alone`."""
    count = job.config.backend.repeat_alone
    return repeat_alone(job.backend, cell.prompts, completions, count) if count else {}


def _skip(job: Job, cell: Cell, means: dict[str, float]) -> Outcome:
    cell.store.describe(dict(cell.generation))  # a lost or damaged file is written again
    log.info("%s is finished (%s): skipped; force=true repeats it", cell.name, cell.store.folder)
    return _scored(job, cell, means, "skipped")


def _scored(job: Job, cell: Cell, means: dict[str, float], status: Status) -> Outcome:
    conf = cell.task.conf
    shown = (*conf.score, choice.NAME, *conf.set_metrics)
    parts = {name: means[name] for name in shown if name in means}
    task, n = conf.name, int(means["n"])
    marks = list(tags.marks(cell))
    warning = _answer_note(cell, means)
    if warning:
        log.warning("%s: %s", cell.name, warning)
    note = "; ".join(
        filter(None, [*cell.left_out, *cell.layout_notes, *cell.choice_notes, warning])
    )
    values = {"score": means.get("score"), "metrics": parts, "marks": marks}
    return job.outcome(task, status, n=n, note=note, **values)


def _answer_note(cell: Cell, means: dict[str, float]) -> str:
    """Returns a note on answers of a model that say nothing of it; else empty."""
    if cell.model.baseline:
        return ""
    n, distinct, alone = (int(means[name]) for name in ("n", "distinct_answers", "thoughts_alone"))
    percents = (means.get(f"{name}_percent", 0.0) for name in BROKEN_THOUGHTS)
    broken = round(n * sum(percents) / 100)
    return uniform(n, means["empty_percent"], distinct, alone, broken) or ""


def _log_scores(job: Job, cells: Sequence[Cell], tracker: "Tracker") -> None:
    """Log scores of the job's finished cells, and of the levels that they complete."""
    summaries = {c.task.conf.name: means for c in cells if (means := stored_summary(c))}
    scores = {name: means["score"] for name, means in summaries.items() if "score" in means}
    levels = composites(scores, score_tree(job.config.study))
    tracker.log_metrics({f"{name}_score": score for name, score in (scores | levels).items()})
    marks = union(*map(tags.marks, cells))
    tracker.log_note(run_note.with_marks(marks, run_note.of_job(job.command, summaries, levels)))
