"""Evaluate a model on clinical tasks.

    python run.py model=smollm2_135m task=meqsum
    python run.py -m model=meditron7b,llama2_7b task=all

`python run.py --help` lists models, tasks and settings. Exit code: 0 if every cell is done or was,
1 if one failed, 130 after Ctrl-C, 143 after SIGTERM; what was generated is kept in each case.
"""

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from clue import outcome
from clue.config import ROOT, Config
from clue.errors import ClueError, Terminated
from clue.overrides import check_overrides, explain

OmegaConf.register_new_resolver("expanded", lambda path: str(Path(path).expanduser()), replace=True)
OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)
ConfigStore.instance().store(name="schema", node=Config)


def evaluate(composed: DictConfig) -> Iterator[outcome.Outcome]:
    """One job: its outcomes, also written beside its log for other processes."""
    from clue.dry_run import plan
    from clue.job import Job, run

    config = OmegaConf.to_object(composed)
    assert isinstance(config, Config)
    command = shlex.join(["python", "run.py", *HydraConfig.get().overrides.task])
    job = Job(config, OmegaConf.to_yaml(composed, resolve=True), command)
    path = Path(HydraConfig.get().runtime.output_dir) / "outcomes.jsonl"
    try:
        for row in plan(job) if config.dry_run else run(job):
            outcome.append(path, row)
            yield row
    except Exception as error:
        for task in config.tasks or ["-"]:
            row = job.failure(task, error)
            outcome.append(path, row)
            yield row


def main(arguments: list[str]) -> int:
    """Compose, evaluate every job, print what became of each cell; returns the exit code."""
    outcomes: list[outcome.Outcome] = []

    @hydra.main(version_base="1.3", config_path="conf", config_name="config")
    def job(composed: DictConfig) -> None:
        outcomes.extend(evaluate(composed))

    signal.signal(signal.SIGTERM, _terminate)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises, so that there is one way to say an error
    stopped = 0
    try:
        check_overrides(arguments, ROOT / "conf")
        job()
    except (ClueError, HydraException, OmegaConfBaseException, OSError) as error:
        if "hydra.verbose=true" in arguments:
            raise
        print(f"error: {explain(error, ROOT / 'conf')}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, Terminated) as stop:
        stopped = 130 if isinstance(stop, KeyboardInterrupt) else 143
    if outcomes:
        outcome.show(outcomes)
    if stopped:
        print("stopped; what was generated is kept: the same command goes on", file=sys.stderr)
    return stopped or int(any(row.status == "failed" for row in outcomes))


def _terminate(signum: int, frame: Any) -> None:
    raise Terminated


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(main(sys.argv[1:]))
