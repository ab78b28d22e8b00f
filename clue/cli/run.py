"""Evaluate a model on clinical tasks.

    python run.py model=smollm2_135m task=meqsum
    python run.py -m model=meditron7b,llama2_7b task=all

`python run.py --help` lists models, tasks and settings. Exit code: 0 if every cell is done or was,
or is too long for its model in a sweep; 1 if one failed, 130 after Ctrl-C, 143 after SIGTERM; what
was generated is kept in each case, and the same command goes on.
"""

import os
import sys

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from clue.config.folders import CONF
from clue.config.overrides import as_settings, check_overrides, explain, groups
from clue.config.schema import Config
from clue.errors import ClueError, Terminated
from clue.launch import closing_table, signals, sweep


def main(arguments: list[str]) -> int:
    """Compose, evaluate every job, print what became of each cell; returns the exit code."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    arguments = as_settings(arguments)
    sys.argv[1:] = arguments  # Hydra reads them there
    signals.install_handlers()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises, so that there is one way to say an error
    stopped = 0
    try:
        check_overrides(arguments, Config, groups(CONF))
        sweep.launch()
    except (ClueError, HydraException, OmegaConfBaseException, OSError) as error:
        if "hydra.verbose=true" in arguments:
            raise
        print(f"error: {explain(error, CONF)}", file=sys.stderr)
        stopped = 1
    except (KeyboardInterrupt, Terminated) as stop:
        stopped = 130 if isinstance(stop, KeyboardInterrupt) else 143
    return _close(stopped)


def _close(stopped: int) -> int:
    """Say what became of every cell; returns the exit code."""
    kept = "what was generated is kept: the same command goes on"
    ends = {0: "its process was lost (killed from outside?)", 1: "ended by the error above"}
    lost = ends.get(stopped, "stopped")
    outcomes = sweep.collect(f"{lost}; {kept}")
    if outcomes:
        closing_table.show(outcomes)
    failed = any(row.status == "failed" for row in outcomes)
    try:
        if outcomes and closing_table.write_failed(sweep.folder(), outcomes):
            print(f"failed cells: {sweep.folder()}/failed.jsonl; {kept}", file=sys.stderr)
    except ClueError as error:
        print(f"error: {error}", file=sys.stderr)
    if stopped > 1:
        print(f"stopped; {kept}", file=sys.stderr)
    return stopped or int(failed)
