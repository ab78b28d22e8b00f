"""Sharded command: processes that answer parts of each cell's prompts, then one that scores.

    python run.py -m model=a,b task=all shards=4 hydra/launcher=slurm_gpu

The jobs are the models times the shards. Each loads its model once, writes answers and no scores.
When they have ended, a second sweep scores what is complete by replay, one job at a time: it alone
writes to MLflow.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from clue.common.console import print_lines
from clue.common.plural import counted
from clue.config import model_files
from clue.config.composition import composed
from clue.config.schema import Config
from clue.config.validation import REFUSED_FORCE
from clue.errors import ConfigError
from clue.evaluation.outcome import NO_TASK, Outcome
from clue.launch import sweep
from clue.launch.closing_table import reasons
from clue.launch.reporter import SweepReport
from clue.launch.study_jobs import MULTIRUN, NO_RUN, check_single

LAUNCHER = "hydra/launcher"
DECIDING = ("backend", "backend.name", "generate_only", "dry_run", "force")
"""Settings that decide what a sharded command starts; each has one value for all of its jobs."""
SCHEDULER_SETTINGS = tuple(
    f"hydra.launcher.{name}" for name in ("account", "qos", "partition", "constraint", "exclude")
)
"""Settings of a Slurm launcher that the scoring job keeps; it needs no GPU."""
RAY_SETTINGS = tuple(
    f"hydra.launcher.{name}"
    for name in ("address", "num_cpus", "memory_gb", "resources", "max_retries")
)
"""Settings of Ray's launcher that the scoring job keeps: `resources` may name the nodes that share
the project's folder."""


def shard_count(arguments: Sequence[str]) -> int:
    """Returns the number of shards that a command line asks this process to start; 1 = none.

    Raises:
        ConfigError: it is no whole number from 1, or another setting does not go with shards.
    """
    settings = _settings(arguments)
    if "shards" not in settings or "shard" in settings or NO_RUN & set(arguments):
        return 1
    count = settings["shards"]
    if not count.isdecimal() or not int(count):
        raise ConfigError(f"shards={count} is no whole number from 1")
    if int(count) == 1:
        return 1
    conf = _composed(arguments)
    if conf.force:
        raise ConfigError(REFUSED_FORCE)
    return 1 if conf.dry_run else int(count)


def launch(
    arguments: Sequence[str],
    collect: Callable[[], list[Outcome]],
    report: SweepReport | None = None,
) -> list[Outcome]:
    """Run all shards, then score; returns the outcome of each cell.

    Args:
        arguments: of the command, flags first.
        collect: returns the outcomes of the sweep that has ended.
        report: shows the progress of the jobs.

    Raises:
        ClueError: a setting cannot be used, or worker processes were lost too often.
    """
    conf = _composed(arguments)
    _start(generating(arguments), report)
    generated = collect()
    if conf.generate_only or not generated:
        return generated
    failed = [row for row in generated if row.status == "failed"]
    print_lines(*reasons(failed))
    count = counted(len(generated), "part")
    print_lines(f"{count} of cells, {len(failed)} failed; now the scores of what is complete")
    if report:
        report.close()  # its jobs have ended
    _start(scoring(arguments, conf.backend.name), report)
    return with_reasons(collect(), generated)


def generating(arguments: Sequence[str]) -> list[str]:
    """Returns the command line of the shards: a job for each model and shard, large models first.

    >>> generating(["model=a", "shards=2"])
    ['-m', 'model=a', 'shards=2', 'shard=1,2', 'generate_only=true']
    """
    count = shard_count(arguments)
    words = [word for word in arguments if word not in MULTIRUN]
    words = [word for word in words if not _sets(word, "generate_only")]
    words = [_longest_first(word) if _sets(word, "model") else word for word in words]
    numbers = ",".join(str(number) for number in range(1, count + 1))
    return [MULTIRUN[0], *words, f"shard={numbers}", "generate_only=true"]


def _longest_first(word: str) -> str:
    """Returns a list of models with the largest first: the last job to end is then a short one."""
    setting, _, listed = word.partition("=")
    names = listed.split(",")
    if not set(names) <= set(model_files.names()):
        return word
    sizes = {name: model_files.load(name).parameters or 0.0 for name in names}
    return f"{setting}={','.join(sorted(names, key=lambda name: -sizes[name]))}"


def scoring(arguments: Sequence[str], backend: str) -> list[str]:
    """Returns the command line that scores the answers of all shards, one job at a time.

    Args:
        arguments: of the command.
        backend: name of the one that generated the answers.

    >>> scoring(["-m", "model=a", "backend=own", "shards=2", "hydra/launcher=joblib"], "vllm")
    ['-m', 'model=a', 'backend=replay', 'backend.replayed=vllm']
    """
    words = [word for word in arguments if not _sets(word, "shards", "backend", LAUNCHER)]
    words = [word for word in words if not _key(word).startswith("hydra.launcher.")]
    words += ["backend=replay", f"backend.replayed={backend}"]
    if _settings(arguments).get(LAUNCHER, "").startswith("slurm"):
        words += [f"{LAUNCHER}=slurm_cpu", "hydra.launcher.array_parallelism=1"]
        words += [word for word in arguments if _sets(word, *SCHEDULER_SETTINGS)]
    if _settings(arguments).get(LAUNCHER) == "ray":
        words += [f"{LAUNCHER}=ray", "hydra.launcher.n_jobs=1"]
        words += [word for word in arguments if _key(word).startswith(RAY_SETTINGS)]
    return words


def with_reasons(scored: Iterable[Outcome], generated: Iterable[Outcome]) -> list[Outcome]:
    """Returns the outcomes of the scoring; a cell that lacks answers has the outcome of its shard.

    That of a cell that is too long for its model is no failure, as without shards.

    Args:
        scored: outcomes of the cells.
        generated: outcomes of their parts.
    """
    unanswered: Mapping[tuple[str, str, str], Outcome] = {
        _cell(row): row for row in generated if row.status in ("failed", "too long")
    }

    def explained(row: Outcome) -> Outcome:
        # a process that ended before it listed its cells has a row for all of them
        of_job = unanswered.get((row.model, NO_TASK, row.prompt))
        return unanswered.get(_cell(row)) or (replace(row, note=of_job.note) if of_job else row)

    return [explained(row) if row.status == "failed" else row for row in scored]


def stopped(arguments: Sequence[str], generated: Sequence[Outcome]) -> Sequence[Outcome]:
    """Returns the outcomes of the parts of a command that was stopped before it scored them.

    Args:
        arguments: of the command.
        generated: outcomes that its jobs have left.
    """
    # without a row the command may have ended before its settings were checked
    if not generated or shard_count(arguments) == 1 or _composed(arguments).generate_only:
        return generated
    return [
        replace(row, note="not scored: the command was stopped before that")
        if row.status == "generated"
        else row
        for row in generated
    ]


def _composed(arguments: Iterable[str]) -> Config:
    """Settings that decide what is started.

    Raises:
        ConfigError: they name several backends, whose answers are cells of their own.
    """
    words = [word for word in arguments if _sets(word, *DECIDING)]
    check_single(words, "a command with shards")
    return composed("config", Config, words)


def _start(arguments: Sequence[str], report: SweepReport | None) -> None:
    os.environ.pop(sweep.RESTARTED, None)  # of the sweep before
    sys.argv[1:] = arguments  # Hydra reads sys.argv
    sweep.launch(report)


def _cell(row: Outcome) -> tuple[str, str, str]:
    return row.model, row.task, row.prompt


def _settings(arguments: Iterable[str]) -> dict[str, str]:
    return {_key(word): word.partition("=")[2] for word in arguments if "=" in word}


def _sets(word: str, *names: str) -> bool:
    return _key(word) in names


def _key(word: str) -> str:
    return word.lstrip("+").partition("=")[0]
