"""Command that evaluates models: composes and runs every job, prints the outcome of each cell.

`clue.cli.run` calls it. Exit codes are in its docstring.
"""

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from clue.common.atomic_write import private_files
from clue.common.cli import take_config_dir
from clue.common.console import print_error, print_lines
from clue.config.folders import CONF
from clue.config.overrides import as_settings, check_overrides, explain, groups
from clue.config.schema import Config
from clue.errors import ClueError, Terminated
from clue.evaluation.outcome import Outcome
from clue.launch import closing_table, sharded, signals, study_jobs, sweep
from clue.launch.reporter import SweepReport, reporting
from clue.launch.study_jobs import MULTIRUN
from clue.study.scores import score_tree

ADVICE = "generated answers are kept: run the same command again to continue"


def run(arguments: list[str]) -> int:
    """Compose and evaluate every job, print the outcome of each cell; returns the exit code."""
    with private_files():
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    with reporting() as report:
        ended = _launch(arguments, report)
    return _close(ended) if ended else 0


class Ended(NamedTuple):
    """End of a command."""

    stopped: int
    """Exit code of a stop; 0 = nothing stopped it."""
    outcomes: Sequence[Outcome]


def _launch(arguments: list[str], report: SweepReport) -> Ended | None:
    """Run every job; returns how it ended, None if nothing is to run."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if not sys.stderr.isatty():  # bars of libraries fill a log with thousands of states
        os.environ.setdefault("TQDM_DISABLE", "1")
    signals.install_handlers()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises, so that errors have one format
    stopped = 0
    try:
        arguments = as_settings(take_config_dir(arguments))
        arguments = sorted(
            arguments, key=lambda word: word not in MULTIRUN
        )  # argparse: flags first
        check_overrides(arguments, Config, groups(CONF))
        if study_jobs.names_study(arguments):
            jobs = study_jobs.study_jobs(arguments)
            print_lines(jobs.summary)
            if not jobs.arguments:
                return None
            arguments = list(jobs.arguments)
        sweep.record_command(arguments)
        if sharded.shard_count(arguments) > 1:
            return Ended(0, sharded.launch(arguments, _collect, report))
        sys.argv[1:] = arguments  # Hydra reads sys.argv
        sweep.launch(report)
    except (ClueError, HydraException, OmegaConfBaseException, OSError) as error:
        if "hydra.verbose=true" in arguments:
            raise
        print_error(f"error: {explain(error, CONF)}")
        stopped = 1
    except (KeyboardInterrupt, Terminated) as stop:
        stopped = 130 if isinstance(stop, KeyboardInterrupt) else 143
        return Ended(stopped, sharded.stopped(arguments, _collect(stopped)))
    return Ended(stopped, _collect(stopped))


def _collect(stopped: int = 0) -> list[Outcome]:
    """Returns the outcomes of the sweep that ended, or was stopped by this exit code."""
    causes = {0: "its process was lost (killed from outside?)", 1: "ended by the error above"}
    return sweep.collect(f"{causes.get(stopped, 'stopped')}; {ADVICE}")


def _close(ended: Ended) -> int:
    """Print the outcome of every cell; returns the exit code."""
    stopped, outcomes = ended
    if not stopped and sweep.started() and not outcomes:
        print_error("error: no job was run: a list or a pattern of the sweep is empty")
        return 1
    if outcomes:
        closing_table.show(outcomes, score_tree(sweep.study()), sweep.at_once())
    failed = any(row.status == "failed" for row in outcomes)
    try:
        if outcomes and closing_table.write_failed(sweep.folder(), outcomes):
            print_error(f"failed cells: {sweep.folder()}/failed.jsonl; {ADVICE}")
    except ClueError as error:
        print_error(f"error: {error}")
    if stopped > 1:
        print_error(f"stopped; {ADVICE}")
    return stopped or int(failed)
