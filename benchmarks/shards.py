"""Sharded sweep of many fake models whose processes are killed, until every cell has its scores.

    python -m benchmarks.shards FOLDER [--models 100] [--shards 4] [--jobs 2] [--limit 4]
        [--killed 0.1] [--seed 1] [--reference]

It writes model files to FOLDER/config, runs `task=all` on the package's fictional data with
`backend=fake`, kills a share of the jobs' processes at random moments, and repeats the command
until it succeeds. Then it counts cells, answers and MLflow runs. `--reference` also runs the sweep
without shards and compares all records. Exit code 1: something is missing, double or different.
"""

import argparse
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from clue.common.console import print_lines
from clue.config.folders import ROOT
from clue.records import Record
from clue.store.records_table import read_table

TASKS = 8
MODEL = """# A made-up model, for `python -m benchmarks.shards`.
name: {name}
repo: made-up/{name}
context: 32768
parameters: {parameters}
licence: null
"""
FINISHED = """SELECT tags.value, COUNT(*) FROM runs JOIN tags ON tags.run_uuid = runs.run_uuid
WHERE runs.status = 'FINISHED' AND runs.lifecycle_stage = 'active' AND tags.key = 'clue.cell'
GROUP BY tags.value"""
ATTEMPTS = 5
"""Runs of the same command, at most."""


@dataclass
class Sweep:
    """The command and its store."""

    folder: Path
    models: int
    limit: int
    store: str

    @property
    def mlruns(self) -> Path:
        """The store."""
        return self.folder / self.store

    def command(self, *words: str) -> list[str]:
        """Returns the command with further words."""
        names = ",".join(f"made_up_{number}" for number in range(self.models))
        fixed = ("task=all", "backend=fake", "paths.data=demo", f"limit={self.limit}")
        paths = ("--config-dir", str(self.folder / "config"), f"paths.mlruns={self.mlruns}")
        return [
            sys.executable,
            str(ROOT / "run.py"),
            "-m",
            f"model={names}",
            *fixed,
            *paths,
            *words,
        ]

    def run(self, words: list[str], moments: Iterable[int] = ()) -> int:
        """Run the command, kill a worker after each of these numbers of stored answers.

        Returns its exit code.
        """
        with (self.folder / "log").open("a") as log:
            log.write(f"{shlex.join(words)}\n")
            process = subprocess.Popen(words, stdout=log, stderr=log)
            for moment in moments:
                while self.answers() < moment and process.poll() is None:
                    time.sleep(0.05)
                workers = _workers(process.pid)
                if workers:
                    random.choice(workers).send_signal(signal.SIGKILL)
                    print_lines(f"killed a process after {moment} answers")
            return process.wait()

    def answers(self) -> int:
        """Number of stored answers."""
        paths = self.mlruns.glob("cells/*/*/*/completions*.jsonl")
        return sum(path.read_bytes().count(b"\n") for path in paths)

    def records(self) -> dict[tuple[str, ...], list[Record]]:
        """Records of each cell; times of generation are no part of them."""
        paths = self.mlruns.glob("cells/*/*/*/records-*.parquet")
        return {path.parts[-4:-1]: list(read_table(path).records) for path in paths}

    def finished_runs(self) -> list[int]:
        """Numbers of finished MLflow runs of each cell."""
        with sqlite3.connect(self.mlruns / "mlflow.db") as database:
            return [count for _, count in database.execute(FINISHED)]


def _workers(pid: int) -> list[psutil.Process]:
    workers = []
    try:
        for process in psutil.Process(pid).children(recursive=True):
            if "clue.launch.worker" in process.cmdline():
                workers.append(process)
    except psutil.NoSuchProcess:
        pass
    return workers


def write_models(folder: Path, count: int) -> None:
    """Write so many model files, of 1 to 70 billion parameters."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = f"made_up_{number}"
        text = MODEL.format(name=name, parameters=(1, 3, 7, 13, 70)[number % 5])
        (folder / f"{name}.yaml").write_text(text)


def main() -> int:
    """Run the sweep and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, default in (("models", 100), ("shards", 4), ("jobs", 2), ("limit", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--killed", type=float, default=0.1, help="share of the jobs")
    parser.add_argument("--reference", action="store_true")
    asked = parser.parse_args()
    random.seed(asked.seed)
    write_models(asked.folder / "config" / "model", asked.models)
    sweep = Sweep(asked.folder.absolute(), asked.models, asked.limit, "mlruns")
    pool = ("hydra/launcher=joblib", f"hydra.launcher.n_jobs={asked.jobs}")
    words = sweep.command(f"shards={asked.shards}", *pool)
    kills = round(asked.killed * asked.models * asked.shards)
    answers = asked.models * TASKS * asked.limit
    moments = sorted(random.randint(1, answers * 9 // 10) for _ in range(kills))
    for attempt in range(ATTEMPTS):
        started = time.monotonic()
        code = sweep.run(words, moments if attempt == 0 else ())
        seconds = time.monotonic() - started
        print_lines(f"attempt {attempt + 1}: exit code {code} after {seconds:.0f} s")
        if code == 0:
            break
    return _report(sweep, asked, code)


def _report(sweep: Sweep, asked: argparse.Namespace, code: int) -> int:
    records, runs = sweep.records(), sweep.finished_runs()
    cells = asked.models * TASKS
    print_lines(
        f"{len(records)} of {cells} cells with {sum(map(len, records.values()))} records; "
        f"{sum(runs)} finished MLflow runs of {len(runs)} cells"
    )
    is_right = code == 0 and len(records) == len(runs) == sum(runs) == cells
    if asked.reference:
        whole = Sweep(sweep.folder, asked.models, asked.limit, "whole")
        started = time.monotonic()
        whole.run(whole.command())
        is_equal = whole.records() == records
        print_lines(
            f"one process without shards: {time.monotonic() - started:.0f} s; records are "
            f"{'equal' if is_equal else 'DIFFERENT'}"
        )
        is_right &= is_equal
    return int(not is_right)


if __name__ == "__main__":
    sys.exit(main())
