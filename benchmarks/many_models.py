"""CPU seconds to score many fake models on the same tasks: the first one, and each later one.

    python -m benchmarks.many_models FOLDER [--models 25] [--alone 25] [--tasks all] [--data demo]
        [--limit N]

The models are evaluated twice: all in one process, and some (`--alone`) each in a process of its
own, as the jobs of a sweep with `isolate=true`. Each way has a store of its own in FOLDER, which is
empty at first. References whose embedding or concepts are computed are counted: an assertion fails
if one is computed for a second model.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.shards import write_models
from clue import evaluate
from clue.common.console import print_lines
from clue.evaluation import scoring
from clue.metrics.feature_cache import FeatureStore


class Scored(NamedTuple):
    """Work of the scores of a model."""

    seconds: float
    """CPU seconds of the scores of all its cells, of loading encoder and vocabulary too."""
    all_seconds: float
    """CPU seconds of the model, with prompts, fake answers, files and tracking."""
    references: int
    """References whose features were computed; one of both features counts twice."""


def scored(model: str, tasks: str, settings: Mapping[str, Any]) -> Scored:
    """Evaluate a model in this process; returns its work."""
    seconds: list[float] = []
    references: list[int] = []
    score, write = scoring.score, FeatureStore._write

    def timed(*arguments: Any) -> Any:
        started = time.process_time()
        records = score(*arguments)
        seconds.append(time.process_time() - started)
        return records

    def counted(store: FeatureStore, signature: str, rows: Mapping[bytes, bytes]) -> None:
        references.append(len(rows))
        write(store, signature, rows)

    started = time.process_time()
    with patch("clue.evaluation.run.score", timed), patch.object(FeatureStore, "_write", counted):
        outcomes = evaluate(model, tasks, settings)
    failed = [outcome.note for outcome in outcomes if outcome.status != "done"]
    assert not failed, failed
    return Scored(sum(seconds), time.process_time() - started, sum(references))


def in_processes(models: Sequence[str], words: Sequence[str]) -> list[Scored]:
    """Evaluate each model in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.many_models", *words, "--only"]
    outputs = [subprocess.check_output([*command, model], text=True) for model in models]
    return [Scored(*json.loads(output.splitlines()[-1])) for output in outputs]


def lines(way: str, work: Sequence[Scored]) -> list[str]:
    """Returns seconds of the first model and means of the later ones."""
    first, later = work[0], work[1:]
    assert not any(one.references for one in later), "a reference was computed twice"
    scores = fmean(one.seconds for one in later)
    total = fmean(one.all_seconds for one in later)
    return [
        f"{way}: {first.references} features of references, computed by the first of {len(work)}",
        f"  scores: {first.seconds:.2f} CPU s for the first model, {scores:.2f} for each later one "
        f"({scores / first.seconds:.2f})",
        f"  the complete model: {first.all_seconds:.2f} and {total:.2f} CPU s",
    ]


def main() -> None:
    """Print the work of both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=int, default=25)
    parser.add_argument("--alone", type=int, default=25)
    parser.add_argument("--tasks", default="all")
    parser.add_argument("--data", default="demo")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--only", help="evaluate this model and print its work as JSON")
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    os.environ["CLUE_CONFIG_DIR"] = str(folder / "config")
    settings: dict[str, Any] = {"backend": "fake", "paths.data": asked.data, "limit": asked.limit}
    if asked.only:
        settings["paths.mlruns"] = str(folder / "processes")
        print_lines(json.dumps(scored(asked.only, asked.tasks, settings)))
        return
    write_models(folder / "config" / "model", asked.models)
    models = [f"made_up_{number}" for number in range(asked.models)]
    together = {**settings, "paths.mlruns": str(folder / "together")}
    work = [scored(model, asked.tasks, together) for model in models]
    print_lines(*lines("one process", work))
    print_lines(*lines("a process each", in_processes(models[: asked.alone], sys.argv[1:])))


if __name__ == "__main__":
    main()
